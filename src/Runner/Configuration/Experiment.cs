using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Reporting;
using Reproduce.Tasks;

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

    /// <summary>
    /// What products and convolutions of networks have on an NVIDIA GPU: float32, or tf32, which rounds their factors to 10 bits. On a CPU
    /// they have float32 always.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Precision Precision { get; init; }

    /// <summary>The inference problem.</summary>
    public required TaskSettings Task { get; init; }

    /// <summary>How many simulations to learn from.</summary>
    public required SimulationSettings Simulations { get; init; }

    /// <summary>What the estimators are tested on.</summary>
    public required TestSettings Test { get; init; }

    /// <summary>
    /// Repetitions at budgets that <see cref="BudgetReplicates"/> does not name: each has a training set, initial weights and batches of
    /// its own, and all are tested on the same data sets.
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
    public required SummaryNetworkSettings Summary { get; init; }

    /// <summary>The contenders by name.</summary>
    public required Dictionary<string, ContenderSettings> Contenders { get; init; }

    /// <summary>How draws are made and timed.</summary>
    public TimedSamplingSettings Sampling { get; init; } = new();

    /// <summary>How draws are scored.</summary>
    public ScoreSettings Scores { get; init; } = new();

    /// <summary>What the figures show.</summary>
    public FigureSettings Figures { get; init; } = new();

    /// <summary>What the verb infer does when the command line does not say it.</summary>
    public InferSettings Infer { get; init; } = new();

    /// <summary>Sentences of the paper that a number can decide.</summary>
    [DistinctItems(nameof(Claim.Id))]
    public Claim[] Claims { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Devices.IsValid(Device))
        {
            yield return new ValidationResult($"expected {Devices.Expected}, got '{Device}'", [nameof(Device)]);
        }

        if (Device == "cpu" && Precision != Precision.Float32)
        {
            yield return new ValidationResult("expected float32 with device cpu: only NVIDIA GPUs have tf32", [nameof(Precision)]);
        }

        if (Contenders.Count == 0)
        {
            yield return new ValidationResult("expected at least one contender", [nameof(Contenders)]);
        }

        if (
            BudgetReplicates?.Keys.FirstOrDefault(k => !int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            is string key
        )
        {
            yield return new ValidationResult(
                $"expected sizes of training sets as keys, such as {{512: 5}}, got '{key}'",
                [nameof(BudgetReplicates)]
            );
        }

        if (Figures.ScatterDataSets.Any(j => j >= Test.DataSets))
        {
            yield return new ValidationResult(
                $"scatter_data_sets: expected indices below test.data_sets ({Test.DataSets})",
                [nameof(Figures)]
            );
        }

        if (Figures.Observation is { } observation && observation.Length != Task.ObservationLength)
        {
            yield return new ValidationResult(Task.ObservationLength is int length
                ? $"observation: expected {length} numbers, got {observation.Length}"
                : "observation: expected only for a task that observes a short list of numbers", [nameof(Figures)]);
        }

        if (Simulations.FullSweep?.Except(Simulations.Budgets).ToArray() is { Length: > 0 } unknown)
        {
            yield return new ValidationResult(
                $"full_sweep: expected some of 'budgets', got {string.Join(", ", unknown)}",
                [nameof(Simulations)]
            );
        }

        if (Task.SplitSizes is (int training, int validation, int test))
        {
            string end = $"the data end at {training} for training and {validation} for validation";
            if (Simulations.Budgets.Max() > training)
            {
                yield return new ValidationResult(end, [$"{nameof(Simulations)}.{nameof(Simulations.Budgets)}"]);
            }

            if (Simulations.Validation > validation)
            {
                yield return new ValidationResult(end, [$"{nameof(Simulations)}.{nameof(Simulations.Validation)}"]);
            }

            if (Test.Total > test)
            {
                string setting = Test.DataSets > test ? nameof(Test.DataSets) : nameof(Test.MarginalDataSets);
                yield return new ValidationResult($"the data end at {test} test data sets", [$"{nameof(Test)}.{setting}"]);
            }
        }
        else if (Test.MarginalDataSets is not null)
        {
            yield return new ValidationResult("marginal_data_sets: expected only for a task whose parameters are data", [nameof(Test)]);
        }

        foreach ((string name, ContenderSettings contender) in Contenders.Where(c => c.Value.Unbounded))
        {
            string? problem = !contender.Standardise ? "expected standardise: true with it"
                : Task.Support() is null
                    ? "the task does not tell the bounds of its parameters: kind sbibm does, and kind external with priors"
                : null;
            if (problem is not null)
            {
                yield return new ValidationResult(problem, [$"{nameof(Contenders)}.{name}.{nameof(contender.Unbounded)}"]);
            }
        }

        if (Task.TestSets is int most && Test.DataSets > most)
        {
            yield return new ValidationResult($"the task has {most} test data sets", [$"{nameof(Test)}.{nameof(Test.DataSets)}"]);
        }

        // Both samples are divided into the folds, as many draws of each.
        if (Scores.C2st.Folds > 2L * Test.Draws)
        {
            yield return new ValidationResult(
                $"expected at most twice test.draws ({Test.Draws}), got {Scores.C2st.Folds}",
                [$"{nameof(Scores)}.{nameof(Scores.C2st)}.{nameof(Scores.C2st.Folds)}"]
            );
        }

        foreach (Claim claim in Claims)
        {
            if (claim.Problem is string problem)
            {
                yield return new ValidationResult($"'{claim.Id}': {problem}", [nameof(Claims)]);
            }

            foreach (string contender in claim.Contenders.Where(c => !Contenders.ContainsKey(c)))
            {
                yield return new ValidationResult(
                    $"'{claim.Id}': there is no contender '{contender}'; the contenders are {string.Join(", ", Contenders.Keys)}; "
                        + "to run without one, use --only.",
                    [nameof(Claims)]
                );
            }
        }
    }
}
