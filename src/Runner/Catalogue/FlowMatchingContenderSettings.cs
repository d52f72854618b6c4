using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>Flow matching.</summary>
public sealed record FlowMatchingContenderSettings : FreeFormContenderSettings, IContenderKind
{
    /// <inheritdoc/>
    public static MethodStyle Style { get; } = new()
    {
        Name = "fmpe",
        Label = "FMPE",
        Order = 3,
        Colour = "#0072B2",
        Marker = MarkerForm.Diamond,
        Line = LineForm.LongDash,
        StepWord = "step",
    };

    /// <summary>Loss and sampler.</summary>
    public FlowMatchingSettings FlowMatching { get; init; } = new();

    /// <inheritdoc/>
    public override int RowsPerSimulation => FlowMatching.TimesPerSimulation;

    /// <inheritdoc/>
    public override bool HasAdaptiveSteps => FlowMatching.Tolerance is not null;

    /// <inheritdoc/>
    public override bool IntegratesDensity => true;

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new FlowMatchingPosterior(
        parts.Dimension, parts.Summary, CreateNetwork(parts, largestTime: 1), FlowMatching);
}
