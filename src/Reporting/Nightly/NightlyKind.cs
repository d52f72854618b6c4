namespace Reproduce.Reporting;

/// <summary>What an entry of a nightly watches.</summary>
public enum NightlyKind
{
    /// <summary>How good draws are: the mean of a metric over test sets.</summary>
    Quality,

    /// <summary>How long code takes: its time over that of its floor, in the same run.</summary>
    Speed,
}
