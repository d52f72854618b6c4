using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Reporting;

namespace Reproduce.Runner.Configuration;

/// <summary>An experiment file: everything that decides the numbers of a run.</summary>
public sealed record Experiment : IValidatableObject
{
    /// <summary>Short name; the results' folder is named so.</summary>
    [RegularExpression("[a-z0-9][a-z0-9_-]{0,63}")]
    public required string Name { get; init; }

    /// <summary>Title for tables and figures.</summary>
    public required string Title { get; init; }

    /// <summary>Where in the paper the experiment stands.</summary>
    public string Paper { get; init; } = "";

    /// <summary>What was simulated and learned, in a few sentences for the report.</summary>
    public string Description { get; init; } = "";

    /// <summary>The master seed of every random number of the run.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>The inference problem.</summary>
    public required TaskSettings Task { get; init; }

    /// <summary>How many simulations to learn from.</summary>
    public required SimulationSettings Simulations { get; init; }

    /// <summary>What the estimators are tested on.</summary>
    public required TestSettings Test { get; init; }

    /// <summary>
    /// Repetitions at budgets that <see cref="BudgetReplicates"/> does not name: each has a training set, initial weights and batches of its
    /// own, and all are tested on the same data sets.
    /// </summary>
    [Range(1, 1000)]
    public int Replicates { get; init; } = 1;

    /// <summary>Repetitions at single budgets, such as {512: 5, 1024: 5}; budgets that are not run are passed over.</summary>
    [Range(1, 1000)]
    public Dictionary<string, int>? BudgetReplicates { get; init; }

    /// <summary>Repetitions at a budget.</summary>
    /// <param name="budget">Size of the training set.</param>
    public int ReplicatesAt(int budget) =>
        BudgetReplicates?.TryGetValue(budget.ToString(CultureInfo.InvariantCulture), out int count) == true ? count : Replicates;

    /// <summary>The network that condenses an observation, the same design for every contender.</summary>
    public required SummarySettings Summary { get; init; }

    /// <summary>The contenders by name.</summary>
    public required Dictionary<string, ContenderSettings> Contenders { get; init; }

    /// <summary>How draws are made and timed.</summary>
    public SamplingSettings Sampling { get; init; } = new();

    /// <summary>How draws are scored.</summary>
    public ScoreSettings Scores { get; init; } = new();

    /// <summary>What the figures show.</summary>
    public FigureSettings Figures { get; init; } = new();

    /// <summary>Sentences of the paper that a number can decide.</summary>
    public Claim[] Claims { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Devices.IsValid(Device))
        {
            yield return new ValidationResult($"expected {Devices.Expected}, got '{Device}'", [nameof(Device)]);
        }

        if (Contenders.Count == 0)
        {
            yield return new ValidationResult("expected at least one contender", [nameof(Contenders)]);
        }

        if (BudgetReplicates?.Keys.FirstOrDefault(k => !int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out _)) is string key)
        {
            yield return new ValidationResult($"expected sizes of training sets as keys, such as {{512: 5}}, got '{key}'", [nameof(BudgetReplicates)]);
        }

        if (Figures.ScatterDataSets.Any(j => j >= Test.DataSets))
        {
            yield return new ValidationResult($"scatter_data_sets: expected indices below test.data_sets ({Test.DataSets})", [nameof(Figures)]);
        }

        if (Figures.Observation is { } observation && observation.Length != Task.ObservationLength)
        {
            yield return new ValidationResult(Task.ObservationLength is int length
                ? $"observation: expected {length} numbers, got {observation.Length}"
                : "observation: expected only for a task that observes a short list of numbers", [nameof(Figures)]);
        }

        if (Simulations.FullSweep?.Except(Simulations.Budgets).ToArray() is { Length: > 0 } unknown)
        {
            yield return new ValidationResult($"full_sweep: expected some of 'budgets', got {string.Join(", ", unknown)}", [nameof(Simulations)]);
        }

        if (Task.SplitSizes is (int training, int validation, int test))
        {
            if (Simulations.Budgets.Max() > training || Simulations.Validation > validation)
            {
                yield return new ValidationResult($"the data end at {training} for training and {validation} for validation", [nameof(Simulations)]);
            }

            if (Math.Max(Test.DataSets, Test.MarginalDataSets ?? 0) > test)
            {
                yield return new ValidationResult($"the data end at {test} test data sets", [nameof(Test)]);
            }
        }
        else if (Test.MarginalDataSets is not null)
        {
            yield return new ValidationResult("marginal_data_sets: expected only for a task whose parameters are data", [nameof(Test)]);
        }

        foreach (Claim claim in Claims)
        {
            if (claim.Problem is string problem)
            {
                yield return new ValidationResult($"'{claim.Id}': {problem}", [nameof(Claims)]);
            }

            foreach (string contender in claim.Contenders.Where(c => !Contenders.ContainsKey(c)))
            {
                yield return new ValidationResult($"'{claim.Id}': there is no contender '{contender}'; the contenders are {string.Join(", ", Contenders.Keys)}", [nameof(Claims)]);
            }
        }
    }
}

/// <summary>How many simulations to learn from.</summary>
public sealed record SimulationSettings
{
    /// <summary>Sizes of the training sets; each is a prefix of one pool.</summary>
    [Range(2, 100_000_000), MinLength(1)]
    public required int[] Budgets { get; init; }

    /// <summary>Budgets at which all sampling steps are tried, and at the others only each contender's <c>budget_steps</c>; all when not given.</summary>
    public int[]? FullSweep { get; init; }

    /// <summary>Simulations on which the loss is watched (never used for learning).</summary>
    [Range(0, 100_000_000)]
    public int Validation { get; init; } = 512;
}

/// <summary>What the estimators are tested on.</summary>
public sealed record TestSettings
{
    /// <summary>Test data sets, J.</summary>
    [Range(1, 1_000_000)]
    public required int DataSets { get; init; }

    /// <summary>Posterior draws for each, S.</summary>
    [Range(2, 10_000_000)]
    public required int Draws { get; init; }

    /// <summary>
    /// Test data sets from which one draw each is taken, M, to compare the draws' distribution with that of the true parameters by MMD;
    /// null for none. They are counted from the first test data set, whatever <see cref="DataSets"/> is.
    /// </summary>
    [Range(2, 1_000_000)]
    public int? MarginalDataSets { get; init; }

    /// <summary>Equal parts into which those are divided, each with an MMD of its own.</summary>
    [Range(1, 1000)]
    public int MarginalParts { get; init; } = 6;

    /// <summary>Test data sets that are needed in all.</summary>
    public int Total => Math.Max(DataSets, MarginalDataSets ?? 0);
}

/// <summary>How draws are made and timed.</summary>
public sealed record SamplingSettings
{
    /// <summary>Threads that draw at once on a CPU; 0 takes every core.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Rows that go through a network together; 0 chooses by device.</summary>
    [Range(0, 100_000_000)]
    public int RowsPerPass { get; init; }

    /// <summary>Timed repetitions of a setting.</summary>
    [Range(1, 1000)]
    public int Repeats { get; init; } = 5;

    /// <summary>No repetition is begun after so many seconds: slow settings are timed once, fast ones repeatedly.</summary>
    [Range(0.0, 1e6)]
    public double RepeatSeconds { get; init; } = 10;
}

/// <summary>How draws are scored.</summary>
public sealed record ScoreSettings
{
    /// <summary>The classifier two-sample test.</summary>
    public C2stSettings C2st { get; init; } = new();

    /// <summary>The maximum mean discrepancy.</summary>
    public MmdSettings Mmd { get; init; } = new();
}

/// <summary>Settings of the classifier two-sample test; the defaults are the paper's protocol.</summary>
public sealed record C2stSettings
{
    /// <summary>Units of each of the two hidden layers, per parameter.</summary>
    [Range(1, 1024)]
    public int HiddenPerDimension { get; init; } = 16;

    /// <summary>Share of the draws held out, when there are no folds.</summary>
    [Range(0.01, 0.99)]
    public double TestFraction { get; init; } = 0.25;

    /// <summary>Folds of a cross-validation; 0 for one split.</summary>
    [Range(0, 100)]
    public int Folds { get; init; }

    /// <summary>Epochs after which a classifier stops in any case.</summary>
    [Range(1, 1_000_000)]
    public int MaxEpochs { get; init; } = 10_000;

    /// <summary>The evaluation's own options.</summary>
    public C2stOptions ToOptions() => new()
    {
        HiddenPerDimension = HiddenPerDimension,
        TestFraction = TestFraction,
        Folds = Folds,
        MaxEpochs = MaxEpochs,
    };
}

/// <summary>Settings of the maximum mean discrepancy.</summary>
public sealed record MmdSettings
{
    /// <summary>Draws of each sample that are compared; the cost grows with the square.</summary>
    [Range(2, 1_000_000)]
    public int MaxDraws { get; init; } = 1000;
}

/// <summary>What the figures show.</summary>
public sealed record FigureSettings
{
    /// <summary>Test data sets whose posterior draws are shown.</summary>
    [Range(0, 1_000_000)]
    public int[] ScatterDataSets { get; init; } = [0];

    /// <summary>An observation of the reader's choice whose posterior draws are shown too, for a task that observes a short list of numbers.</summary>
    [Range(-1e9, 1e9)]
    public double[]? Observation { get; init; }

    /// <summary>The budget of figures that show one; the largest when not given (or when a profile left it out).</summary>
    [Range(1, 100_000_000)]
    public int? Budget { get; init; }

    /// <summary>The budget of figures that show one, out of those that there are.</summary>
    /// <param name="budgets">At least one.</param>
    public int Shown(IReadOnlyCollection<int> budgets) => Budget is int wanted && budgets.Contains(wanted) ? wanted : budgets.Max();
}
