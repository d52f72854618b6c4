namespace Reproduce.Reporting;

/// <summary>Which way a trend goes.</summary>
public enum TrendDirection
{
    /// <summary>The metric grows (gets worse).</summary>
    Increases,

    /// <summary>The metric falls (gets better).</summary>
    Decreases,
}
