using System.ComponentModel.DataAnnotations;

namespace Reproduce.Inference.Densities;

/// <summary>How <see cref="FlowDensity"/> integrates.</summary>
public sealed record FlowDensitySettings
{
    /// <summary>Intervals of the fourth-order Runge-Kutta method, each with four passes.</summary>
    [Range(1, 1_000_000)]
    public int Intervals { get; init; } = 32;

    /// <summary>
    /// Random probes of Hutchinson's estimator of the divergence; 0 takes the exact trace, with one backward pass per dimension.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Probes { get; init; }
}
