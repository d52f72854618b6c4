namespace Reproduce.Reporting;

/// <summary>One setting in a weighted sum of settings: a mean has one of weight 1, a difference two of weights 1 and -1.</summary>
public sealed record ContrastTerm
{
    /// <summary>The weight of its mean.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// Number of training simulations. Settings of one budget share the training set of each replicate (and where the contender is the
    /// same, the network), those of different budgets do not.
    /// </summary>
    public required int Budget { get; init; }

    /// <summary>The values.</summary>
    public required ReplicatedValues Values { get; init; }

    /// <summary>The same contender and steps at other budgets, by budget: they too say how far trainings spread.</summary>
    public IReadOnlyDictionary<int, ReplicatedValues> OtherBudgets { get; init; } = new Dictionary<int, ReplicatedValues>();

    /// <summary>What is known from another setting of the spread between trainings; used where there is one training only.</summary>
    public TrainingSpread? Elsewhere { get; init; }
}
