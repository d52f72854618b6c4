namespace Reproduce.Reporting;

/// <summary>An entry over all nights of one key: the same processor, threads and packages.</summary>
public sealed class NightlySeries
{
    /// <summary>The least number of nights in which changes are looked for; with fewer, only the margins of the baseline judge.</summary>
    public const int FewestNights = 7;

    /// <summary>Nights that are looked at, the last ones.</summary>
    public const int Shown = 90;

    // Quality in standard errors of a night, speed as a share. A second training is off by 0.6 standard errors of 20 test sets (five
    // trainings of each contender on two moons).
    private const double QualityNoise = 0.7, LeastQuality = 2, SpeedNoise = 0.01, LeastSpeed = 0.025;

    // So many nights after it came a change may be found, as the first ones have by chance less of it; but this part of its step.
    private const int Late = 2;
    private const double LeastOfStep = 0.25;

    // From the median of |differences| of two nights to their standard deviation, for normal noise.
    private const double MedianToDeviation = 1.4826;

    private NightlySeries(NightlyHistoryRow[] rows)
    {
        Rows = rows;
        Spread = SpreadOf(rows);
        Changes = rows.Length < FewestNights ? [] : [.. FindChanges(rows)];
    }

    /// <summary>The nights that have a number, the oldest first; at least one.</summary>
    public IReadOnlyList<NightlyHistoryRow> Rows { get; }

    /// <summary>
    /// Standard deviation from night to night, of a speed as a share of it: by the median of the differences of neighbours, which single
    /// steps and single bad nights do not reach. Null with fewer than three nights.
    /// </summary>
    public double? Spread { get; }

    /// <summary>The changes, the oldest first.</summary>
    public IReadOnlyList<NightlyChange> Changes { get; }

    /// <summary>The series of a key, in the order of the file.</summary>
    /// <param name="history">All nights.</param>
    /// <param name="key"><see cref="NightlyOrigin.Key"/>.</param>
    public static IReadOnlyList<NightlySeries> Of(IEnumerable<NightlyHistoryRow> history, string key) =>
    [
        .. history.Where(r => r.Origin.Key == key && double.IsFinite(r.Value) && r.Outcome != NightlyOutcome.Noisy)
            .GroupBy(r => r.Name)
            .Select(g => new NightlySeries([.. g.OrderBy(r => r.Time).TakeLast(Shown)])),
    ];

    /// <summary>
    /// Whether the last level is still worse than the one before a change for the worse, by the least step of a change: whether nothing has
    /// repaired it since.
    /// </summary>
    /// <param name="change">One of <see cref="Changes"/>.</param>
    public bool Stands(NightlyChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        NightlyChange last = Changes[^1];
        return change == last || (Rows[0].Kind == NightlyKind.Speed
            ? last.After > change.Before * (1 + LeastSpeed)
            : last.After - change.Before > LeastQuality * SampleStatistics.Quantile([.. Rows.Select(r => r.StandardError)], 0.5));
    }

    /// <summary>
    /// Whether a change had come by a night. It may have been found a night or two late: a night before it has it when its number is a
    /// quarter of the way to the level behind the change.
    /// </summary>
    /// <param name="change">One of <see cref="Changes"/>.</param>
    /// <param name="date">When the night was measured.</param>
    public bool HadComeBy(NightlyChange change, string date)
    {
        ArgumentNullException.ThrowIfNull(change);
        return string.CompareOrdinal(change.First.Origin.Date, date) <= 0
            || Rows.Take(change.Index).TakeLast(Late)
                .Any(r => r.Origin.Date == date && (r.Value - change.Before) / (change.After - change.Before) > LeastOfStep);
    }

    /// <summary>Looks for changes in a series of numbers as in an entry's.</summary>
    /// <param name="kind">Quality or speed.</param>
    /// <param name="values">The numbers; of a speed above 0.</param>
    /// <param name="errors">The standard error of each.</param>
    /// <returns>Indices as of <see cref="ChangePoints.Find"/>; none with too few nights.</returns>
    internal static IReadOnlyList<int> FindChanges(NightlyKind kind, IReadOnlyList<double> values, IReadOnlyList<double> errors)
    {
        if (values.Count < FewestNights)
        {
            return [];
        }

        if (kind == NightlyKind.Speed)
        {
            return ChangePoints.Find([.. values.Select(v => Math.Log(v))], SpeedNoise, Math.Log(1 + LeastSpeed));
        }

        double error = SampleStatistics.Quantile(errors, 0.5);
        return ChangePoints.Find(values, QualityNoise * error, LeastQuality * error);
    }

    private static IEnumerable<NightlyChange> FindChanges(NightlyHistoryRow[] rows)
    {
        int[] bounds =
        [
            0, .. FindChanges(rows[0].Kind, [.. rows.Select(r => r.Value)], [.. rows.Select(r => r.StandardError)]), rows.Length,
        ];
        return Enumerable.Range(1, bounds.Length - 2).Select(i => new NightlyChange(
            bounds[i], rows[bounds[i] - 1], rows[bounds[i]], Level(bounds[i - 1], bounds[i]), Level(bounds[i], bounds[i + 1])));

        double Level(int start, int end) => SampleStatistics.Quantile([.. rows[start..end].Select(r => r.Value)], 0.5);
    }

    private static double? SpreadOf(NightlyHistoryRow[] rows)
    {
        if (rows.Length < 3)
        {
            return null;
        }

        double[] values = [.. rows.Select(r => r.Kind == NightlyKind.Speed ? Math.Log(r.Value) : r.Value)];
        double[] differences = [.. values.Zip(values.Skip(1), (a, b) => Math.Abs(b - a))];
        return MedianToDeviation * SampleStatistics.Quantile(differences, 0.5) / Math.Sqrt(2);
    }
}
