using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Runner.Configuration;

/// <summary>What the figures show.</summary>
public sealed record FigureSettings
{
    /// <summary>Test data sets whose posterior draws are shown.</summary>
    [Range(0, 1_000_000), DistinctItems]
    public int[] ScatterDataSets { get; init; } = [0];

    /// <summary>
    /// An observation of the reader's choice whose posterior draws are shown too, for a task that observes a short list of numbers.
    /// </summary>
    [Range(-1e9, 1e9)]
    public double[]? Observation { get; init; }

    /// <summary>The budget of figures that show one; the largest when not given (or when a profile left it out).</summary>
    [Range(1, 100_000_000)]
    public int? Budget { get; init; }

    /// <summary>The budget of figures that show one, out of those that there are.</summary>
    /// <param name="budgets">The budgets; where there are none, so is that of the figures (0).</param>
    public int Shown(IReadOnlyCollection<int> budgets) =>
        Budget is int wanted && budgets.Contains(wanted) ? wanted : budgets.DefaultIfEmpty().Max();
}
