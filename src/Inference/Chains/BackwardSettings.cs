using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Training;

namespace Reproduce.Inference.Chains;

/// <summary>Settings of <see cref="LearnedBackward"/>.</summary>
public sealed record BackwardSettings
{
    /// <summary>Execution paths for each observation that is learned from.</summary>
    [Range(1, 1_000_000)]
    public int PathsPerObservation { get; init; } = 8;

    /// <summary>The spline flow.</summary>
    public CouplingFlowSettings Flow { get; init; } = new() { Layers = 4, Dropout = 0, L2 = 0 };

    /// <summary>Its training.</summary>
    public TrainingSettings Training { get; init; } = new() { Steps = 4000, BatchSize = 256, LearningRate = 1e-3 };
}
