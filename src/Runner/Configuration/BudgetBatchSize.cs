using System.ComponentModel.DataAnnotations;

namespace Reproduce.Runner.Configuration;

/// <summary>The batch size at one budget.</summary>
public sealed record BudgetBatchSize
{
    /// <summary>Size of the training set.</summary>
    [Range(2, 100_000_000)]
    public required int Budget { get; init; }

    /// <summary>Simulations in a step.</summary>
    [Range(1, 1_000_000)]
    public required int BatchSize { get; init; }
}
