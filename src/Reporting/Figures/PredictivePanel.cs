namespace Reproduce.Reporting;

/// <summary>A series of numbers that was observed, and quantiles of simulations with posterior draws; all of the same length.</summary>
public sealed record PredictivePanel
{
    /// <summary>Name of the series.</summary>
    public required string Title { get; init; }

    /// <summary>What was observed.</summary>
    public required double[] Observed { get; init; }

    /// <summary>Median of the simulations.</summary>
    public required double[] Median { get; init; }

    /// <summary>Their 25 % quantile.</summary>
    public required double[] InnerLow { get; init; }

    /// <summary>Their 75 % quantile.</summary>
    public required double[] InnerHigh { get; init; }

    /// <summary>Their 5 % quantile.</summary>
    public required double[] Low { get; init; }

    /// <summary>Their 95 % quantile.</summary>
    public required double[] High { get; init; }
}
