using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks;

/// <summary>Settings of <see cref="SetTransformer"/>; the defaults are the ones of the published experiments' library.</summary>
public sealed record SetTransformerSettings : SummaryNetworkSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "set-transformer";

    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public required int Outputs { get; init; }

    /// <summary>Induced self-attention blocks.</summary>
    [Range(0, 16)]
    public int Blocks { get; init; } = 2;

    /// <summary>Inducing points of each block.</summary>
    [Range(1, 4096)]
    public int InducingPoints { get; init; } = 32;

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(example);
        return new SetTransformer(Sole(example, 3, "a set of members").shape[^1], this, random);
    }
}
