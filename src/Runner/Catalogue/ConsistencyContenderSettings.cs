using Reproduce.Inference.Contracts;
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
    public override bool HasSteadyLoss => false;

    /// <inheritdoc/>
    public override bool HasChain => !Standardise;

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new ConsistencyPosterior(
        parts.Dimension,
        parts.Summary,
        CreateNetwork(parts, Consistency.LargestTime),
        parts.ParameterVariance,
        Consistency);
}
