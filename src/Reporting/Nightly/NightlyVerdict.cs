namespace Reproduce.Reporting;

/// <summary>The verdict on one entry.</summary>
public sealed record NightlyVerdict
{
    /// <summary>The verdict.</summary>
    public required NightlyOutcome Outcome { get; init; }

    /// <summary>The baseline's number, or null.</summary>
    public NightlyEntry? Baseline { get; init; }

    /// <summary>The night's number, or null.</summary>
    public NightlyEntry? Night { get; init; }

    /// <summary>The largest number that is not worse; NaN where nothing was compared.</summary>
    public double Limit { get; init; } = double.NaN;

    /// <summary>The entry, of the night where it was measured.</summary>
    public NightlyEntry Entry => (Night ?? Baseline)!;

    /// <summary>Whether the night fails by it.</summary>
    public bool IsRegression => Outcome is NightlyOutcome.Worse or NightlyOutcome.Missing;

    /// <summary>How much of what noise may take it used up, as a share; null where nothing was compared.</summary>
    public double? Used => double.IsNaN(Limit) ? null : (Night!.Value - Baseline!.Value) / (Limit - Baseline.Value);

    /// <summary>One line for a person.</summary>
    public string Describe()
    {
        string before = Baseline is null ? "" : $"; baseline {Number(Baseline)}";
        return Outcome == NightlyOutcome.Missing
            ? $"{Entry.Name} is missing ({Night?.Hole ?? "not measured"}){before}"
            : $"{Entry.Name} is {Number(Entry)}{before}" + (double.IsNaN(Limit) ? "" : $", at most {Entry.Format(Limit)} expected");
    }

    private static string Number(NightlyEntry entry) => $"{entry.Format(entry.Value)} ± {entry.Format(entry.StandardError)}";
}
