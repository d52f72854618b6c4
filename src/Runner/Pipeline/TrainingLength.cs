using Reproduce.Inference.Training;

namespace Reproduce.Runner.Pipeline;

/// <summary>How long a training is.</summary>
/// <param name="StepsPerEpoch">Optimiser steps of an epoch.</param>
/// <param name="Steps">Optimiser steps of the whole training.</param>
public readonly record struct TrainingLength(long StepsPerEpoch, long Steps)
{
    /// <summary>The length that settings give.</summary>
    /// <param name="settings">Epochs or steps, and the size of batches.</param>
    /// <param name="simulations">Size of the training set.</param>
    public static TrainingLength Of(TrainingSettings settings, long simulations)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new TrainingLength(settings.StepsPerEpoch(simulations), settings.TotalSteps(simulations));
    }
}
