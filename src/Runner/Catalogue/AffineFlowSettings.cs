using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>Affine coupling flow.</summary>
public sealed record AffineFlowSettings : FlowContenderSettings, IContenderKind
{
    /// <inheritdoc/>
    public static MethodStyle Style { get; } = new()
    {
        Name = "acf",
        Label = "ACF",
        Order = 1,
        Colour = "#CC79A7",
        Marker = MarkerForm.Square,
    };

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) =>
        new FlowPosterior(parts.Dimension, parts.Summary, CouplingKind.Affine, Flow, parts.Random);
}
