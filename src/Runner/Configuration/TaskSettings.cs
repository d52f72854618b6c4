using System.ComponentModel.DataAnnotations;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Tasks;

namespace Reproduce.Runner.Configuration;

/// <summary>An inference problem in an experiment file, chosen by <c>kind</c>.</summary>
public abstract record TaskSettings
{
    /// <summary>The task.</summary>
    public abstract ITask Create();

    /// <summary>The same settings with everything that only the reference posterior uses at its default: what decides a simulation.</summary>
    public virtual TaskSettings SimulatorOnly() => this;
}

/// <summary>Experiment 1: the Gaussian mixture.</summary>
[Kind("gaussian-mixture")]
public sealed record GaussianMixtureSettings : TaskSettings
{
    /// <summary>Number of parameters, D.</summary>
    [Range(2, 64)]
    public int Dimension { get; init; } = 2;

    /// <summary>Exchangeable points in a data set, N.</summary>
    [Range(1, 14)]
    public int Points { get; init; } = 10;

    /// <summary>Variance of each point around its component's mean in the simulator.</summary>
    [Range(1e-9, 1e9)]
    public double SimulatorVariance { get; init; } = 0.5;

    /// <summary>The same in the reference posterior.</summary>
    [Range(1e-9, 1e9)]
    public double ReferenceVariance { get; init; } = 0.5;

    /// <inheritdoc/>
    public override ITask Create() => new GaussianMixtureTask(new GaussianMixtureOptions
    {
        Dimension = Dimension,
        Points = Points,
        SimulatorVariance = SimulatorVariance,
        ReferenceVariance = ReferenceVariance,
    });

    /// <inheritdoc/>
    public override TaskSettings SimulatorOnly() => this with { ReferenceVariance = 0.5 };
}
