using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Tasks;

/// <summary>Settings of <see cref="GaussianMixtureTask"/>; the defaults are the paper's.</summary>
public sealed record GaussianMixtureSettings : TaskSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => GaussianMixtureTask.Kind;

    /// <summary>Number of parameters and of coordinates of a point, D.</summary>
    [Range(2, 64)]
    public int Dimension { get; init; } = 2;

    /// <summary>Exchangeable points in one observation, N; the exact posterior has 2^N components, so 1 to 14.</summary>
    [Range(1, 14)]
    public int Points { get; init; } = 10;

    /// <summary>Variance of a point around its component's mean in the simulator: the covariance is this times the identity.</summary>
    /// <remarks>The paper's text says 0.5; its published scripts simulate with standard deviation 0.5, that is 0.25 here.</remarks>
    [Range(1e-9, 1e9)]
    public double SimulatorVariance { get; init; } = 0.5;

    /// <summary>The same variance as the reference posterior assumes it (0.5 in the paper and in its scripts).</summary>
    [SimulationIndependent, Range(1e-9, 1e9)]
    public double ReferenceVariance { get; init; } = 0.5;

    /// <inheritdoc/>
    public override ITask Create() => new GaussianMixtureTask(this);
}
