namespace Reproduce.Reporting;

/// <summary>
/// Mean of one quantity over test sets and replicates. Replicates of a test set are averaged first, so the standard error over test sets
/// says how far another draw of test sets would move the mean.
/// </summary>
public sealed record Summary
{
    /// <summary>Mean over test sets (over replicates where a number belongs to all test sets); NaN when there is no value.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard error over test sets, or over replicates for a number that belongs to all of them; null with fewer than two values.</summary>
    public double? StandardError { get; init; }

    /// <summary>Standard error of the mean over replicated trainings, null with fewer than two.</summary>
    public double? ReplicateStandardError { get; init; }

    /// <summary>Number of test sets with a value; 0 for a number that belongs to all of them.</summary>
    public int DataSets { get; init; }

    /// <summary>Number of replicates with a value.</summary>
    public int Replicates { get; init; }

    /// <summary>The values the mean was taken over, in the order of test sets.</summary>
    public double[] Values { get; init; } = [];

    /// <summary>What is missing and why, such as "not measured" or "3 of 100 failed: diverged"; null when nothing is.</summary>
    public string? Hole { get; init; }

    /// <summary>Whether there is a value at all.</summary>
    public bool HasValue => !double.IsNaN(Mean);

    /// <summary>Nothing was measured.</summary>
    public static Summary NotMeasured { get; } = new() { Mean = double.NaN, Hole = "not measured" };

    /// <summary>Averages the rows of one quantity.</summary>
    public static Summary Of(IReadOnlyList<Measurement> rows)
    {
        if (rows.Count == 0) return NotMeasured;
        var good = rows.Where(r => r.Status == Measurement.Ok).ToArray();
        string? hole = Failures(rows, good.Length);
        if (good.Length == 0) return new Summary { Mean = double.NaN, Hole = hole };
        var perReplicate = good.GroupBy(r => r.Replicate).OrderBy(g => g.Key).Select(g => g.Average(r => r.Value)).ToArray();
        bool perDataSet = good.Any(r => r.DataSet is not null);
        var values = perDataSet
            ? good.Where(r => r.DataSet is not null).GroupBy(r => r.DataSet).OrderBy(g => g.Key).Select(g => g.Average(r => r.Value)).ToArray()
            : perReplicate;
        return new Summary
        {
            Mean = values.Average(),
            StandardError = Statistics.StandardError(values),
            ReplicateStandardError = Statistics.StandardError(perReplicate),
            DataSets = perDataSet ? values.Length : 0,
            Replicates = perReplicate.Length,
            Values = values,
            Hole = hole,
        };
    }

    private static string? Failures(IReadOnlyList<Measurement> rows, int good)
    {
        if (good == rows.Count) return null;
        string reasons = string.Join(", ", rows.Where(r => r.Status != Measurement.Ok).Select(r => r.Status).Distinct().Order(StringComparer.Ordinal));
        return rows.Count == 1 ? $"failed: {reasons}" : $"{rows.Count - good} of {rows.Count} failed: {reasons}";
    }
}
