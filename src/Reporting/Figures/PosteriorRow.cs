namespace Reproduce.Reporting;

/// <summary>A row of a posterior grid: one observation, the same limits in every cell.</summary>
public sealed record PosteriorRow
{
    /// <summary>Name at the left, such as "Two moons".</summary>
    public required string Title { get; init; }

    /// <summary>Name of the horizontal coordinate.</summary>
    public required string XName { get; init; }

    /// <summary>Name of the vertical coordinate.</summary>
    public required string YName { get; init; }

    /// <summary>The cells, the reference first; no contender twice.</summary>
    public required IReadOnlyList<PosteriorCell> Cells { get; init; }

    /// <summary>The true parameter (or the observed end point), marked in every cell; null for none.</summary>
    public (double X, double Y)? Truth { get; init; }

    /// <summary>What is marked.</summary>
    public string MarkName { get; init; } = "true value";

    /// <summary>Centre and half width of the square that is shown; null to fit it to the reference.</summary>
    public (double X, double Y, double Half)? View { get; init; }
}
