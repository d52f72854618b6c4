using System.ComponentModel.DataAnnotations;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Runner.Configuration;

/// <summary>An inference problem in an experiment file, chosen by <c>kind</c>.</summary>
public abstract record TaskSettings
{
    /// <summary>The task.</summary>
    public abstract ITask Create();

    /// <summary>The same settings with everything that only the reference posterior uses at its default: what decides a simulation.</summary>
    public virtual TaskSettings SimulatorOnly() => this;

    /// <summary>Whether a training observes every batch of parameters anew, instead of learning from the stored observations.</summary>
    public virtual bool RedrawsObservations => false;

    /// <summary>Numbers in an observation, where an experiment may give one; null where an observation is no short list of numbers.</summary>
    public virtual int? ObservationLength => null;

    /// <summary>Sizes of the splits, for a task whose parameters are data; null for draws from a prior.</summary>
    public virtual (int Training, int Validation, int Test)? SplitSizes => null;
}

/// <summary>Experiment 1: the Gaussian mixture.</summary>
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

/// <summary>Experiment 2: two moons.</summary>
public sealed record TwoMoonsSettings : TaskSettings
{
    /// <summary>Switch: false keeps reference draws outside of the prior's box and of the infeasible branch, as the published scripts do.</summary>
    public bool TruncateReference { get; init; } = true;

    /// <inheritdoc/>
    public override int? ObservationLength => 2;

    /// <inheritdoc/>
    public override ITask Create() => new TwoMoonsTask(new TwoMoonsOptions { Truncate = TruncateReference });

    /// <inheritdoc/>
    public override TaskSettings SimulatorOnly() => this with { TruncateReference = true };
}

/// <summary>Experiment 3: inverse kinematics of an arm with three joints.</summary>
public sealed record KinematicsSettings : TaskSettings
{
    /// <inheritdoc/>
    public override int? ObservationLength => 2;

    /// <inheritdoc/>
    public override ITask Create() => new KinematicsTask();
}

/// <summary>Experiment 5: tumour spheroid growth.</summary>
public sealed record TumorSpheroidSettings : TaskSettings
{
    /// <inheritdoc/>
    public override ITask Create() => new TumorSpheroidTask();
}

/// <summary>Experiment 4: Bayesian denoising of Fashion-MNIST images.</summary>
public sealed record DenoisingSettings : TaskSettings
{
    /// <summary>The folder with the four files of Fashion-MNIST; when not given, the usual places are searched.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Whether the data may be downloaded when they are nowhere.</summary>
    public bool Download { get; init; } = true;

    /// <inheritdoc/>
    public override bool RedrawsObservations => true;

    /// <inheritdoc/>
    public override (int Training, int Validation, int Test)? SplitSizes => (60_000, 500, 9_500);

    /// <inheritdoc/>
    public override ITask Create() => new DenoisingTask(new DenoisingOptions { DataFolder = DataFolder, Download = Download });

    /// <inheritdoc/>
    public override TaskSettings SimulatorOnly() => new DenoisingSettings();
}
