using System.Globalization;

namespace Reproduce.Reporting;

/// <summary>A number of the paper.</summary>
public sealed record PublishedResult
{
    /// <summary>Table or figure, such as "table3" or "fig4".</summary>
    public required string Source { get; init; }

    /// <summary>Name of the experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>Name of the network's kind where the paper tells networks apart ("naive", "u-net"), otherwise empty.</summary>
    public required string Network { get; init; }

    /// <summary>Number of training simulations, or null where one number stands for all budgets.</summary>
    public int? Budget { get; init; }

    /// <summary>Name of the contender's kind.</summary>
    public required string Contender { get; init; }

    /// <summary>Sampling steps; 1 for flows.</summary>
    public required int Steps { get; init; }

    /// <summary>Name of the metric.</summary>
    public required string Metric { get; init; }

    /// <summary>The number.</summary>
    public required double Value { get; init; }

    /// <summary>How exact it is: "digitised +-0.003" for a curve.</summary>
    public string Note { get; init; } = "";

    /// <summary>The source as a reader knows it, such as "Figure 4".</summary>
    public string SourceName => Source.StartsWith("table", StringComparison.Ordinal) ? $"Table {Source[5..]}"
        : Source.StartsWith("fig", StringComparison.Ordinal) && Source.Length > 3 && char.IsAsciiDigit(Source[3]) ? $"Figure {Source[3]}"
        : Source == StepsFigure ? "steps figure of the newer version" : Source;

    /// <summary>How far a digitised number may be off, by its note; 0 for a printed one.</summary>
    public double ReadingError => Note.StartsWith(Digitised, StringComparison.Ordinal)
        && double.TryParse(Note.AsSpan(Digitised.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double error) ? error : 0;

    private const string StepsFigure = "fig_steps", Digitised = "digitised +-";
}
