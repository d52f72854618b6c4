namespace Reproduce.Reporting;

/// <summary>What a trend runs along.</summary>
public enum TrendAxis
{
    /// <summary>Sampling steps, at one budget.</summary>
    Steps,

    /// <summary>Training budget, at one number of steps.</summary>
    Budget,
}
