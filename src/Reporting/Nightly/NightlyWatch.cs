namespace Reproduce.Reporting;

/// <summary>How a nightly watches a metric, of which low values are good.</summary>
public sealed record NightlyWatch
{
    /// <summary>What the metric may lose by another training; variants of the method move C2ST by a hundredth.</summary>
    public required double Margin { get; init; }

    /// <summary>Whether the margin is a share of the baseline's value.</summary>
    public bool IsShare { get; init; }

    /// <summary>
    /// Of a metric without a value per test set: its standard deviation over test sets under exact posteriors, times the root of their
    /// number.
    /// That of the calibration error was found by simulation: 0.15 to 0.16 for 1 to 7 parameters and 20 or 100 test sets.
    /// </summary>
    public double? Spread { get; init; }
}
