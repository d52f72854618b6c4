namespace Reproduce.Reporting;

/// <summary>How an entry of a night stands beside the baseline.</summary>
public enum NightlyOutcome
{
    /// <summary>Within what noise explains.</summary>
    Unchanged,

    /// <summary>Better than noise explains; a new baseline would hold it.</summary>
    Better,

    /// <summary>Not in the baseline.</summary>
    New,

    /// <summary>Worse than noise explains: a regression.</summary>
    Worse,

    /// <summary>A speed whose rounds differ too much to be judged.</summary>
    Noisy,

    /// <summary>In the baseline and not measured, or failed: a regression.</summary>
    Missing,
}
