using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Inference.Networks;

/// <summary>Settings of <see cref="DeepSet"/>; the defaults are the ones of the published experiments' library.</summary>
public sealed record DeepSetSettings : SummaryNetworkSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "deep-set";

    /// <summary>Number of summaries.</summary>
    [Range(1, 4096)]
    public required int Outputs { get; init; }

    /// <summary>Number of equivariant modules before the final invariant one.</summary>
    [Range(0, 16)]
    public int EquivariantModules { get; init; } = 2;

    /// <summary>Width of every dense layer.</summary>
    [Range(1, 65536)]
    public int Units { get; init; } = 64;

    /// <summary>Dense layers in each of the three stacks of a module.</summary>
    [Range(1, 16)]
    public int Layers { get; init; } = 2;

    /// <inheritdoc/>
    public override double RoughWeights => (EquivariantModules + 1) * 3.0 * Layers * ((double)Units * Units + Units);

    /// <inheritdoc/>
    public override SummaryNetwork Create(Observation example, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(example);
        return example.Parts.Count == 2 && example.Parts.Keys.FirstOrDefault(name => VaryingSet.Is(example.Parts, name)) is string set
            ? new DeepSet(example[set].shape[^1], this, random, varying: true)
            : new DeepSet(Sole(example, 3, "a set of members").shape[^1], this, random);
    }
}
