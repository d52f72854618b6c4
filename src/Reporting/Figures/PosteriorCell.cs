using System.Text.Json.Serialization;

namespace Reproduce.Reporting;

/// <summary>A cell of a posterior grid: draws of two parameters, or drawn configurations such as robot arms.</summary>
public sealed record PosteriorCell
{
    /// <summary>Name of the contender, or <see cref="Measurement.Reference"/>.</summary>
    public required string Contender { get; init; }

    /// <summary>The contender's look; not kept in a file, whose reader has the experiment that says it.</summary>
    [JsonIgnore]
    public ContenderStyle? Style { get; init; }

    /// <summary>Title, such as "CMPE, 10 steps"; shown where it differs from the row above.</summary>
    public required string Title { get; init; }

    /// <summary>First coordinate of the draws.</summary>
    public double[] X { get; init; } = [];

    /// <summary>Second coordinate of the draws.</summary>
    public double[] Y { get; init; } = [];

    /// <summary>
    /// Configurations, each a chain of points [n][2], drawn as thin lines behind the draws; a sample of some hundred reads best.
    /// </summary>
    public double[][][] Chains { get; init; } = [];

    /// <summary>Why there is nothing to draw, or null.</summary>
    public string? Hole { get; init; }
}
