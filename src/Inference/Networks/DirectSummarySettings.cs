using Reproduce.Compute;

namespace Reproduce.Inference.Networks;

/// <summary>No summary network: the observation itself is the condition (<see cref="DirectSummary"/>).</summary>
public sealed record DirectSummarySettings : SummaryNetworkSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "direct";

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new DirectSummary(example.Parts.Values.Sum(part => part.shape[1..].Aggregate(1L, (a, b) => a * b)));
    }
}
