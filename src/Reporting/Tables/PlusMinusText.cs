namespace Reproduce.Reporting;

/// <summary>What the legend of a table says of ±, and which cells need a mark.</summary>
public static class PlusMinusText
{
    /// <summary>The mark of an interval that does not hold the spread between trainings, in a table where others do.</summary>
    public const string OneTraining = "†";

    private const string HalfWidth = "half the width of the 95 % interval over ";

    /// <summary>"half the width of the 95 % interval over test sets and trainings", or over what it is.</summary>
    /// <param name="summaries">The cells of the table, those without a value among them.</param>
    public static string Of(IEnumerable<Summary> summaries)
    {
        (bool all, bool none) = Cover(summaries);
        return HalfWidth
            + (
                none ? "test sets (one training of each)"
                : all ? "test sets and trainings"
                : $"test sets and trainings ({OneTraining} one training: over test sets only)"
            );
    }

    /// <summary>The mark of a cell, or nothing.</summary>
    /// <param name="summary">The cell.</param>
    /// <param name="summaries">All cells of the table.</param>
    public static string Mark(Summary summary, IEnumerable<Summary> summaries)
    {
        ArgumentNullException.ThrowIfNull(summary);
        (bool all, bool none) = Cover(summaries);
        return !all && !none && summary.HalfWidth is not null && !summary.CoversTrainings ? OneTraining : "";
    }

    private static (bool All, bool None) Cover(IEnumerable<Summary> summaries)
    {
        bool[] covers = [.. summaries.Where(s => s.HalfWidth is not null).Select(s => s.CoversTrainings)];
        return (covers.All(c => c), covers.All(c => !c));
    }
}
