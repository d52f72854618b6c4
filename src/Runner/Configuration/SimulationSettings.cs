using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Runner.Configuration;

/// <summary>How many simulations to learn from.</summary>
public sealed record SimulationSettings
{
    /// <summary>Sizes of the training sets; each is a prefix of one pool.</summary>
    [Range(2, 100_000_000), MinLength(1), DistinctItems]
    public required int[] Budgets { get; init; }

    /// <summary>
    /// Budgets at which all sampling steps are tried, and at the others only each contender's <c>budget_steps</c>; all when not given.
    /// </summary>
    [DistinctItems]
    public int[]? FullSweep { get; init; }

    /// <summary>Simulations on which the loss is watched (never used for learning).</summary>
    [Range(0, 100_000_000)]
    public int Validation { get; init; } = 512;
}
