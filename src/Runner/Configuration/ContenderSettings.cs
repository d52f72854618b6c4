using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration.Yaml;
using static TorchSharp.torch;

namespace Reproduce.Runner.Configuration;

/// <summary>A contender in an experiment file, chosen by <c>kind</c>.</summary>
public abstract record ContenderSettings : IValidatedRecord
{
    /// <summary>Length, batches and optimiser of the training.</summary>
    public required TrainingSettings Training { get; init; }

    /// <summary>A number for the figures when the contender has several: the one that the paper's figure shows.</summary>
    [Range(1, 100_000)]
    public int? FigureSteps { get; init; }

    /// <summary>Batch sizes of single budgets, in place of the training's.</summary>
    public BudgetBatchSize[]? BatchSizes { get; init; }

    /// <summary>
    /// The name under which its random numbers are drawn; its own when not given. Contenders that share one start from the same weights and
    /// see the same batches and noise, so that their difference comes from their settings alone.
    /// </summary>
    [RegularExpression("[a-z0-9][a-z0-9_-]{0,63}")]
    public string? Stream { get; init; }

    /// <summary>The settings at one budget.</summary>
    /// <param name="budget">Size of the training set.</param>
    public ContenderSettings At(int budget)
    {
        int batch = BatchSizes?.FirstOrDefault(b => b.Budget == budget)?.BatchSize ?? Training.BatchSize;
        return this with { Training = Training with { BatchSize = batch }, BatchSizes = null };
    }

    /// <summary>The sampling steps that are tried; a single 1 for estimators with one pass.</summary>
    /// <param name="isFullSweep">Whether all are tried at this budget.</param>
    /// <param name="replicate">Which of the replicated trainings, from 0.</param>
    public abstract int[] StepsOf(bool isFullSweep, int replicate = 0);

    /// <summary>The sampling steps of figures that show one number of steps for each contender.</summary>
    public int ShownSteps => FigureSteps ?? StepsOf(isFullSweep: true).Max();

    /// <summary>The estimator with fresh weights, on the CPU.</summary>
    /// <param name="parts">What it is built from.</param>
    public abstract IPosteriorEstimator Create(EstimatorParts parts);

    /// <summary>The same settings without what only sampling uses: what decides a training.</summary>
    public abstract ContenderSettings TrainingOnly();

    /// <summary>What decides how a trained estimator is sampled, apart from the number of steps; an empty list when nothing does.</summary>
    public virtual object SamplingOnly() => Array.Empty<string>();

    /// <inheritdoc/>
    public virtual IEnumerable<(string Property, string Problem)> Problems()
    {
        if ((Training.Epochs is null) == (Training.Steps is null))
        {
            yield return (nameof(Training), "expected either 'epochs' or 'steps'");
        }
    }
}

/// <summary>The batch size at one budget.</summary>
public sealed record BudgetBatchSize
{
    /// <summary>Size of the training set.</summary>
    [Range(2, 100_000_000)]
    public required int Budget { get; init; }

    /// <summary>Simulations in a step.</summary>
    [Range(1, 1_000_000)]
    public required int BatchSize { get; init; }
}

/// <summary>What an estimator is built from.</summary>
/// <param name="Dimension">Number of parameters, D.</param>
/// <param name="Summary">A new summary network.</param>
/// <param name="ParameterVariance">Variance of the training parameters, [D].</param>
/// <param name="Random">Where initial weights come from.</param>
public sealed record EstimatorParts(long Dimension, SummaryNetwork Summary, Tensor ParameterVariance, RandomSource Random);

/// <summary>A coupling flow.</summary>
public abstract record FlowContenderSettings : ContenderSettings
{
    /// <summary>The flow.</summary>
    public CouplingFlowSettings Flow { get; init; } = new();

    /// <inheritdoc/>
    public override int[] StepsOf(bool isFullSweep, int replicate = 0) => [1];

    /// <inheritdoc/>
    public override ContenderSettings TrainingOnly() => this with { FigureSteps = null, Stream = null };
}

/// <summary>Affine coupling flow.</summary>
[Kind("acf")]
public sealed record AffineFlowSettings : FlowContenderSettings
{
    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) =>
        new FlowPosterior(parts.Dimension, parts.Summary, CouplingKind.Affine, Flow, parts.Random);
}

/// <summary>Neural spline flow.</summary>
[Kind("nsf")]
public sealed record SplineFlowSettings : FlowContenderSettings
{
    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) =>
        new FlowPosterior(parts.Dimension, parts.Summary, CouplingKind.Spline, Flow, parts.Random);
}

/// <summary>A contender with a free-form network and a number of sampling steps.</summary>
public abstract record FreeFormContenderSettings : ContenderSettings
{
    /// <summary>The free-form network.</summary>
    public NetworkSettings Network { get; init; } = new MlpNetworkSettings();

    /// <summary>Numbers of sampling steps to try, ascending.</summary>
    [Range(1, 100_000), MinLength(1)]
    public required int[] Steps { get; init; }

    /// <summary>The numbers that are tried at budgets without a full sweep; all when not given.</summary>
    [Range(1, 100_000)]
    public int[]? BudgetSteps { get; init; }

    /// <summary>Of those, the numbers that are tried for replicates after the first; all when not given, or when none of them is there.</summary>
    [Range(1, 100_000)]
    public int[]? ReplicateSteps { get; init; }

    /// <summary>The network with fresh weights.</summary>
    /// <param name="parts">What the estimator is built from.</param>
    /// <param name="largestTime">The largest time that the network is asked about.</param>
    protected FreeFormNetwork CreateNetwork(EstimatorParts parts, double largestTime)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return Network.Create(new NetworkParts(parts.Dimension, parts.Summary.Outputs, largestTime, parts.Random));
    }

    /// <inheritdoc/>
    public override int[] StepsOf(bool isFullSweep, int replicate = 0)
    {
        int[] first = isFullSweep ? Steps : BudgetSteps ?? Steps;
        int[] repeated = replicate > 0 && ReplicateSteps is not null ? [.. first.Intersect(ReplicateSteps)] : first;
        return repeated.Length > 0 ? repeated : first;
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Property, string Problem)> Problems()
    {
        foreach ((string, string) problem in base.Problems())
        {
            yield return problem;
        }

        if (Steps.Distinct().Count() != Steps.Length)
        {
            yield return (nameof(Steps), "expected each number of steps once");
        }

        if (FigureSteps is int wanted && !Steps.Contains(wanted))
        {
            yield return (nameof(FigureSteps), $"expected one of 'steps' ({string.Join(", ", Steps)}), got {wanted}");
        }
    }
}

/// <summary>Flow matching.</summary>
[Kind("fmpe")]
public sealed record FlowMatchingContenderSettings : FreeFormContenderSettings
{
    /// <summary>Loss and sampler.</summary>
    public FlowMatchingSettings FlowMatching { get; init; } = new();

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new FlowMatchingPosterior(
        parts.Dimension, parts.Summary, CreateNetwork(parts, largestTime: 1), FlowMatching);

    /// <inheritdoc/>
    public override ContenderSettings TrainingOnly() => this with
    {
        Steps = [],
        BudgetSteps = null,
        ReplicateSteps = null,
        FigureSteps = null,
        Stream = null,
        FlowMatching = FlowMatching with { ExtraEulerStep = false, DropoutWhileSampling = false },
    };

    /// <inheritdoc/>
    public override object SamplingOnly() => new { FlowMatching.ExtraEulerStep, FlowMatching.DropoutWhileSampling };
}

/// <summary>Consistency model.</summary>
[Kind("cmpe")]
public sealed record ConsistencyContenderSettings : FreeFormContenderSettings
{
    /// <summary>Schedules and switches.</summary>
    public required ConsistencySettings Consistency { get; init; }

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new ConsistencyPosterior(
        parts.Dimension,
        parts.Summary,
        CreateNetwork(parts, Consistency.LargestTime),
        parts.ParameterVariance,
        Consistency);

    /// <inheritdoc/>
    public override ContenderSettings TrainingOnly() => this with
    {
        Steps = [],
        BudgetSteps = null,
        ReplicateSteps = null,
        FigureSteps = null,
        Stream = null,
        Consistency = Consistency with { DropoutWhileSampling = false },
    };

    /// <inheritdoc/>
    public override object SamplingOnly() => new { Consistency.DropoutWhileSampling };

    /// <inheritdoc/>
    public override IEnumerable<(string Property, string Problem)> Problems()
    {
        foreach ((string, string) problem in base.Problems())
        {
            yield return problem;
        }

        if (Consistency.S1 < Consistency.S0)
        {
            yield return (nameof(Consistency), $"expected s1 of at least s0 ({Consistency.S0}), got {Consistency.S1}");
        }

        if (Consistency.LargestTime <= Consistency.SmallestTime)
        {
            yield return (nameof(Consistency), "expected largest_time above smallest_time");
        }
    }
}

/// <summary>Score-based diffusion.</summary>
[Kind("npse")]
public sealed record NpseContenderSettings : FreeFormContenderSettings
{
    /// <summary>Noise levels and sampler; the steps of a sweep are network passes.</summary>
    public DiffusionSettings Diffusion { get; init; } = new();

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new ScorePosterior(
        parts.Dimension,
        parts.Summary,
        CreateNetwork(parts, largestTime: 1), // It is told ln(t) / 4.
        parts.ParameterVariance,
        Diffusion);

    /// <inheritdoc/>
    public override ContenderSettings TrainingOnly()
    {
        DiffusionSettings defaults = new();
        return this with
        {
            Steps = [],
            BudgetSteps = null,
            ReplicateSteps = null,
            FigureSteps = null,
            Stream = null,
            Diffusion = Diffusion with { Rho = defaults.Rho, Solver = defaults.Solver, Churn = defaults.Churn },
        };
    }

    /// <inheritdoc/>
    public override object SamplingOnly() => new { Diffusion.Rho, Diffusion.Solver, Diffusion.Churn };

    /// <inheritdoc/>
    public override IEnumerable<(string Property, string Problem)> Problems()
    {
        foreach ((string, string) problem in base.Problems())
        {
            yield return problem;
        }

        if (Diffusion.LargestTime <= Diffusion.SmallestTime)
        {
            yield return (nameof(Diffusion), "expected largest_time above smallest_time");
        }
    }
}
