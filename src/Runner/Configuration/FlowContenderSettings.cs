using Reproduce.Inference.Flows;

namespace Reproduce.Runner.Configuration;

/// <summary>A coupling flow.</summary>
public abstract record FlowContenderSettings : ContenderSettings
{
    /// <summary>The flow.</summary>
    public CouplingFlowSettings Flow { get; init; } = new();

    /// <inheritdoc/>
    public override int[] StepsOf(bool isFullSweep, int replicate = 0) => [1];

    /// <inheritdoc/>
    public override double RoughWeights => Flow.RoughWeights;
}
