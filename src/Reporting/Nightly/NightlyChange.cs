namespace Reproduce.Reporting;

/// <summary>A change of the level of an entry.</summary>
/// <param name="Index">Index of the first night after it in the series.</param>
/// <param name="Last">The last night before it.</param>
/// <param name="First">The first night after it: the cause is a commit from there to here.</param>
/// <param name="Before">Level of the nights before it, up to the change before.</param>
/// <param name="After">Level of the nights after it, up to the next change.</param>
public sealed record NightlyChange(int Index, NightlyHistoryRow Last, NightlyHistoryRow First, double Before, double After)
{
    /// <summary>Whether the entry became worse; lower is better for all of them.</summary>
    public bool IsWorse => After > Before;

    /// <summary>One line for a person.</summary>
    public string Describe() =>
        $"{First.Name} went from {First.Format(Before)} to {First.Format(After)} between {Last.Origin.Commit} ({Last.Origin.Date}) and "
            + $"{First.Origin.Commit} ({First.Origin.Date})";
}
