namespace Reproduce.Reporting;

/// <summary>Mean of one quantity over test sets and trainings, and what is missing of it.</summary>
public sealed record Summary
{
    /// <summary>
    /// Mean over the test sets that every training has (over trainings where a number belongs to all test sets); NaN without a value.
    /// </summary>
    public double Mean => Estimate?.Value ?? double.NaN;

    /// <summary>The mean with its interval; null when there is no value.</summary>
    public ContrastEstimate? Estimate { get; init; }

    /// <summary>Standard error over test sets and trainings; null where nothing says how far the mean scatters.</summary>
    public double? StandardError => Estimate?.StandardError;

    /// <summary>Half the width of the 95 % interval; null where nothing says how far the mean scatters.</summary>
    public double? HalfWidth => Estimate is { StandardError: not null } known ? known.HalfWidth() : null;

    /// <summary>Whether several trainings are there or a spread between trainings from elsewhere is in the interval.</summary>
    public bool CoversTrainings => Estimate is { OneTraining: false };

    /// <summary>Number of test sets with a value; 0 for a number that belongs to all of them.</summary>
    public int DataSets => Estimate?.TestSets ?? 0;

    /// <summary>Number of trainings with a value.</summary>
    public int Replicates => Estimate?.Trainings[0] ?? 0;

    /// <summary>The values the mean was taken over: by test set, or by training for a number that belongs to all test sets.</summary>
    public double[] Values { get; init; } = [];

    /// <summary>What is missing and why, such as "not measured" or "3 of 100 failed: diverged"; null when nothing is.</summary>
    public string? Hole { get; init; }

    /// <summary>Whether there is a value at all.</summary>
    public bool HasValue => Estimate is not null;

    /// <summary>Nothing was measured.</summary>
    public static Summary NotMeasured { get; } = new() { Hole = "not measured" };

    /// <summary>Averages the rows of one quantity, without what other settings say of the spread between trainings.</summary>
    /// <param name="rows">The rows.</param>
    public static Summary Of(IReadOnlyList<Measurement> rows) =>
        Of(rows, new ContrastTerm { Budget = 0, Values = new ReplicatedValues(rows) });

    /// <summary>Averages the rows of one quantity.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="term">The same rows and what other settings say of the spread between trainings.</param>
    internal static Summary Of(IReadOnlyList<Measurement> rows, ContrastTerm term)
    {
        if (rows.Count == 0)
        {
            return NotMeasured;
        }

        ContrastEstimate? estimate = Contrast.Estimate(term);
        return new Summary
        {
            Estimate = estimate,
            Values =
                estimate is null ? []
                : term.Values.PerTestSet ? estimate.PerTestSet
                : [.. term.Values.Replicates.Select(r => term.Values[r, 0])],
            Hole = Failures(rows),
        };
    }

    private static string? Failures(IReadOnlyList<Measurement> rows)
    {
        Measurement[] failed = [.. rows.Where(r => r.Status != Measurement.Ok)];
        if (failed.Length == 0)
        {
            return null;
        }

        string reasons = string.Join(", ", failed.Select(r => r.Status).Distinct().Order(StringComparer.Ordinal));
        return rows.Count == 1 ? $"failed: {reasons}" : $"{failed.Length} of {rows.Count} failed: {reasons}";
    }
}
