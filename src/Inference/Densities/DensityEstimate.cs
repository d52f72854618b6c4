using System.ComponentModel.DataAnnotations;
using static TorchSharp.torch;

namespace Reproduce.Inference.Densities;

/// <summary>A log-density, exact up to the integrator or estimated with random probes.</summary>
/// <param name="LogProb">log q(theta | x), [N].</param>
/// <param name="StandardError">Its standard error from the probes, [N]; null when there are fewer than two probes or none.</param>
public sealed record DensityEstimate(Tensor LogProb, Tensor? StandardError) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        LogProb.Dispose();
        StandardError?.Dispose();
    }
}

/// <summary>The parameters of draws together with their log-densities.</summary>
/// <param name="Theta">[N, D].</param>
/// <param name="LogProb">log q(theta | x), [N].</param>
public sealed record DrawsWithDensity(Tensor Theta, Tensor LogProb) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Theta.Dispose();
        LogProb.Dispose();
    }
}

/// <summary>How <see cref="FlowDensity"/> integrates.</summary>
public sealed record FlowDensityOptions
{
    /// <summary>Intervals of the fourth-order Runge-Kutta method, each with four passes.</summary>
    [Range(1, 1_000_000)]
    public int Intervals { get; init; } = 32;

    /// <summary>Random probes of Hutchinson's estimator of the divergence; 0 takes the exact trace, with one backward pass per dimension.</summary>
    [Range(0, 1_000_000)]
    public int Probes { get; init; }
}
