using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Chains;

namespace Reproduce.Runner.Pipeline;

/// <summary>Size of a measurement of densities.</summary>
public sealed record DensitySettings
{
    /// <summary>Test sets, the first of the experiment's; all when there are fewer. A density costs as much as hundreds of draws.</summary>
    [Range(1, 1_000_000)]
    public int DataSets { get; init; } = 20;

    /// <summary>Weighted draws for each of the experiment's draws, so that resampling finds enough different ones.</summary>
    [Range(1, 1000)]
    public int Proposals { get; init; } = 4;

    /// <summary>
    /// Numbers of steps for which a consistency model's density is estimated through the chain of latents (Eq. 10), each at least 2.
    /// </summary>
    public IReadOnlyList<int> ChainSteps { get; init; } = [2, 5, 10];

    /// <summary>Backward paths that are averaged for each draw of the chain, the executed one among them.</summary>
    public int ChainPaths { get; init; } = 8;

    /// <summary>The learned backward conditionals of the chain.</summary>
    public BackwardSettings Backward { get; init; } = new();
}
