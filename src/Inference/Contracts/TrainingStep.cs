using Reproduce.Compute;
using Reproduce.Inference.Networks;

namespace Reproduce.Inference.Contracts;

/// <summary>Where a training stands when a loss is asked for.</summary>
/// <param name="Random">This step's random numbers.</param>
/// <param name="Step">Optimiser steps done before this one, from 0.</param>
/// <param name="TotalSteps">Optimiser steps of the whole training.</param>
/// <param name="EpochsDone">Whole passes through the training set before this step.</param>
/// <param name="IsTraining">False when the loss is only measured (validation): no dropout.</param>
public sealed record TrainingStep(RandomSource Random, long Step, long TotalSteps, long EpochsDone = 0, bool IsTraining = true)
{
    /// <summary>Whether second derivatives of the loss will be asked for; a training needs first ones alone.</summary>
    public bool NeedsSecondDerivatives { get; init; }

    /// <summary>A new pass through networks for this step, with dropout while training.</summary>
    public ForwardPass NewPass() => IsTraining ? ForwardPass.WithDropout(Random, NeedsSecondDerivatives) : ForwardPass.SinglePrecision;
}
