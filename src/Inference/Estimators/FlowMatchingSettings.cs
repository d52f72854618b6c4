using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Contracts;

namespace Reproduce.Inference.Estimators;

/// <summary>Settings of <see cref="FlowMatchingPosterior"/>; the defaults follow the paper.</summary>
public sealed record FlowMatchingSettings
{
    /// <summary>Distance between the network's and the target velocity.</summary>
    public FlowMatchingLoss Loss { get; init; } = FlowMatchingLoss.SquaredError;

    /// <summary>Times drawn per simulation in a step (the published script: 32).</summary>
    [Range(1, 4096)]
    public int TimesPerSimulation { get; init; } = 1;

    /// <summary>The published sampler makes K+1 Euler steps of 1/K and so overshoots to t = 1 + 1/K.</summary>
    [SamplingOnly]
    public bool ExtraEulerStep { get; init; }

    /// <summary>The published network never switches dropout off.</summary>
    [SamplingOnly]
    public bool DropoutWhileSampling { get; init; }
}
