using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>Score-based diffusion.</summary>
public sealed record NpseContenderSettings : FreeFormContenderSettings, IContenderKind
{
    /// <inheritdoc/>
    public static MethodStyle Style { get; } = new()
    {
        Name = "npse",
        Label = "NPSE",
        Order = 5,
        Colour = "#E69F00",
        Marker = MarkerForm.TriangleDown,
        Line = LineForm.Dash,
        StepWord = "pass",
    };

    /// <summary>Noise levels and sampler; the steps of a sweep are network passes.</summary>
    public DiffusionSettings Diffusion { get; init; } = new();

    /// <inheritdoc/>
    public override bool HasAdaptiveSteps => Diffusion.Tolerance is not null;

    /// <inheritdoc/>
    public override bool IntegratesDensity => true;

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new ScorePosterior(
        parts.Dimension,
        parts.Summary,
        CreateNetwork(parts, largestTime: 1), // It is told ln(t) / 4.
        parts.ParameterVariance,
        Diffusion);
}
