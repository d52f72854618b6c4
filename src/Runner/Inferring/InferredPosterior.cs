using Reproduce.Evaluation;
using Reproduce.Reporting;

namespace Reproduce.Runner.Inferring;

/// <summary>What was found out about one observation.</summary>
public sealed record InferredPosterior
{
    /// <summary>Name of the observation: its file's, with a number where there are several in it.</summary>
    public required string Name { get; init; }

    /// <summary>Draws of each of the D parameters, in the task's units.</summary>
    public required IReadOnlyList<double[]> Draws { get; init; }

    /// <summary>Log-density of each draw under the estimator, or null where it does not know it.</summary>
    public double[]? LogDensity { get; init; }

    /// <summary>Draws weighed by prior times likelihood over the estimator's density, or why they are not.</summary>
    public required Reweighted Weights { get; init; }

    /// <summary>The parameters, one by one.</summary>
    public required IReadOnlyList<ParameterSummary> Parameters { get; init; }

    /// <summary>
    /// The share of simulations that lie as far from the training set as the observation does: a small one says that what was learned is of
    /// no use for it.
    /// </summary>
    public required double OutsidePValue { get; init; }

    /// <summary>Draws at which the prior's density is zero, of all; null where the prior's density is not known.</summary>
    public double? OutsidePrior { get; init; }

    /// <summary>The local C2ST at the observation.</summary>
    public required LocalTest Local { get; init; }

    /// <summary>Statistics of the observation beside those of simulations with its draws; empty without a simulator.</summary>
    public required IReadOnlyList<PredictiveStatistic> Predictive { get; init; }

    /// <summary>Series of the observation beside those simulations.</summary>
    public required IReadOnlyList<PredictivePanel> Series { get; init; }

    /// <summary>Why there is no predictive check, or how many of its simulations failed; null when there is nothing to say.</summary>
    public string? PredictiveNote { get; init; }

    /// <summary>The smallest p-value that is no warning.</summary>
    public const double Warning = 0.01;

    /// <summary>Whether the observation lies outside of what was simulated.</summary>
    public bool IsOutside => OutsidePValue < Warning;
}
