using System.Globalization;

namespace Reproduce.Reporting;

/// <summary>An entry of a night of the past.</summary>
/// <param name="Origin">When and where.</param>
/// <param name="Kind">Quality or speed.</param>
/// <param name="Source">Experiment or class of benchmarks.</param>
/// <param name="Setting">What was measured, the contender first.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Value">The number; NaN when there was none.</param>
/// <param name="StandardError">Its standard error; 0 where it is not known.</param>
/// <param name="Outcome">The verdict of that night.</param>
public sealed record NightlyHistoryRow(
    NightlyOrigin Origin, NightlyKind Kind, string Source, string Setting, string Metric, double Value, double StandardError,
    NightlyOutcome Outcome)
{
    /// <summary>When it was.</summary>
    public DateTime Time =>
        DateTime.ParseExact(Origin.Date, NightlyHistory.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    /// <summary>What the entry is called.</summary>
    public string Name => NightlyEntry.NameOf(Source, Setting, Metric);

    /// <summary>Whether the night failed by it.</summary>
    public bool IsRegression => Outcome is NightlyOutcome.Worse or NightlyOutcome.Missing;

    /// <summary>A value with the digits of this metric.</summary>
    public string Format(double value) => NightlyEntry.Format(Kind, Metric, value);
}
