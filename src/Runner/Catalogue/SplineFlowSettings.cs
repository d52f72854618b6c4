using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>Neural spline flow.</summary>
public sealed record SplineFlowSettings : FlowContenderSettings, IContenderKind
{
    /// <inheritdoc/>
    public static MethodStyle Style { get; } = new()
    {
        Name = "nsf",
        Label = "NSF",
        Order = 2,
        Colour = "#009E73",
        Marker = MarkerForm.TriangleUp,
    };

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) =>
        new FlowPosterior(parts.Dimension, parts.Summary, CouplingKind.Spline, Flow, parts.Random);
}
