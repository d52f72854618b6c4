namespace Reproduce.Reporting;

/// <summary>What the band around a curve shows.</summary>
public enum BandKind
{
    /// <summary>The 95 % interval of the mean over test sets and trainings: how well the mean is known.</summary>
    Interval,

    /// <summary>From the 10 % to the 90 % quantile over test sets: how much test sets differ.</summary>
    Quantiles,
}
