using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;

namespace Reproduce.Runner.Catalogue;

/// <summary>Consistency model tuned from a diffusion model.</summary>
public sealed record TunedConsistencyContenderSettings : FreeFormContenderSettings, IContenderKind
{
    /// <inheritdoc/>
    public static MethodStyle Style { get; } = new()
    {
        Name = "ect",
        Label = "ECT",
        Order = 6,
        Colour = "#332288",
        Marker = MarkerForm.Cross,
        Line = LineForm.Dash,
        StepWord = "step",
    };

    /// <summary>Phases, stages and loss.</summary>
    public ConsistencyTuningSettings Tuning { get; init; } = new();

    /// <inheritdoc/>
    public override bool HasSteadyLoss => false;

    /// <inheritdoc/>
    public override bool HasChain => !Standardise;

    /// <inheritdoc/>
    public override IPosteriorEstimator Create(EstimatorParts parts) => new TunedConsistencyPosterior(
        parts.Dimension,
        parts.Summary,
        CreateNetwork(parts, largestTime: 1), // It is told ln(t) / 4.
        parts.ParameterVariance,
        Tuning);
}
