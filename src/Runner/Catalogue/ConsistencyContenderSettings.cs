using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Estimators;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>Consistency model.</summary>
public sealed record ConsistencyContenderSettings : FreeFormContenderSettings, IContenderKind
{
    /// <inheritdoc/>
    public static MethodStyle Style { get; } = new()
    {
        Name = "cmpe",
        Label = "CMPE",
        Order = 4,
        Colour = "#D55E00",
        Marker = MarkerForm.Circle,
        StepWord = "step",
    };

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
    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (ValidationResult problem in base.Validate(validationContext))
        {
            yield return problem;
        }

        if (Consistency.S1 < Consistency.S0)
        {
            yield return new ValidationResult($"expected s1 of at least s0 ({Consistency.S0}), got {Consistency.S1}", [nameof(Consistency)]);
        }

        if (Consistency.LargestTime <= Consistency.SmallestTime)
        {
            yield return new ValidationResult("expected largest_time above smallest_time", [nameof(Consistency)]);
        }
    }
}
