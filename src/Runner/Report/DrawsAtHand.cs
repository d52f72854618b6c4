namespace Reproduce.Runner.Report;

/// <summary>
/// What a report has beside its table of measurements, and so which figures it can draw. A report that is written from committed
/// numbers has none of it; one to which a run of other budgets or of some contenders adds has a part.
/// </summary>
public sealed record DrawsAtHand
{
    /// <summary>Only the table.</summary>
    public static DrawsAtHand None { get; } = new();

    /// <summary>Whether a budget's draws of images are there, of every contender.</summary>
    public Func<int, bool> OfBudget { get; init; } = _ => false;

    /// <summary>Whether the draws of the budget that figures show are there.</summary>
    public bool OfShownBudget { get; init; }

    /// <summary>Whether losses of every contender are there, at some budgets at least.</summary>
    public bool Losses { get; init; }
}
