using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;

namespace Reproduce.Runner.Configuration;

/// <summary>A contender in an experiment file, chosen by <c>kind</c>.</summary>
public abstract record ContenderSettings
{
    /// <summary>Its name for readers; that of its kind, with what tells it from others of the kind, when not given.</summary>
    [PlanOnly, RegularExpression(@"\S.{0,59}")]
    public string? Label { get; init; }

    /// <summary>Length, batches and optimiser of the training.</summary>
    public required TrainingSettings Training { get; init; }

    /// <summary>A number for the figures when the contender has several: the one that the paper's figure shows.</summary>
    [PlanOnly, Range(1, 100_000)]
    public int? FigureSteps { get; init; }

    /// <summary>Batch sizes of single budgets, in place of the training's.</summary>
    [DistinctItems(nameof(BudgetBatchSize.Budget))]
    public BudgetBatchSize[]? BatchSizes { get; init; }

    /// <summary>
    /// The name under which its random numbers are drawn; its own when not given. Contenders that share one start from the same weights and
    /// see the same batches and noise, so that their difference comes from their settings alone.
    /// </summary>
    [PlanOnly, RegularExpression("[a-z0-9][a-z0-9_-]{0,63}")]
    public string? Stream { get; init; }

    /// <summary>
    /// Whether parameters and observations are centred and scaled by the training set before networks see them, and draws and densities
    /// are given in the task's units. The paper's experiments have numbers of one size and leave it off.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Standardise { get; init; }

    /// <summary>
    /// Whether parameters whose prior has bounds are mapped to the whole line before they are standardised (the logarithm above a bound,
    /// the logit between two), so that no draw lies outside of the prior. Needs <see cref="Standardise"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unbounded { get; init; }

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

    /// <summary>Weights between layers of full width, of which a large network has most.</summary>
    public abstract double RoughWeights { get; }

    /// <summary>Numbers that a pass without gradients holds for each row, about.</summary>
    public abstract double RoughActivations { get; }

    /// <summary>Rows that go through the network for each simulation of a batch, at each step of a training.</summary>
    public virtual int RowsPerSimulation => 1;

    /// <summary>Whether a density is an integral along a path, with a gradient at every step.</summary>
    public virtual bool IntegratesDensity => false;

    /// <summary>Whether losses of different steps of a training measure the same: without, no simulations can be held out.</summary>
    public virtual bool HasSteadyLoss => true;

    /// <summary>Whether draws of several steps are a chain whose density can be estimated (Eq. 10).</summary>
    public virtual bool HasChain => false;

    /// <summary>
    /// Whether a draw's network passes follow from a tolerance: they are counted, and the sampling steps are the most that it may take.
    /// </summary>
    public virtual bool HasAdaptiveSteps => false;

    /// <summary>The same settings without what only drawing or planning uses: what decides a training.</summary>
    public ContenderSettings TrainingOnly() => MarkedSettings.Without(this, typeof(SamplingOnlyAttribute), typeof(PlanOnlyAttribute));

    /// <summary>What decides how a trained estimator is sampled, apart from the number of steps; an empty list when nothing does.</summary>
    public object SamplingOnly() =>
        MarkedSettings.Only(this, typeof(SamplingOnlyAttribute)) is { Count: > 0 } settings ? settings : Array.Empty<string>();
}
