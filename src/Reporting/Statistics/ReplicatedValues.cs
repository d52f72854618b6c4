namespace Reproduce.Reporting;

/// <summary>The values of one quantity by training and test set; failed measurements are left out.</summary>
public sealed class ReplicatedValues
{
    private readonly SortedDictionary<int, Dictionary<int, double>> _values = [];

    /// <summary>Sorts the rows of one quantity.</summary>
    /// <param name="rows">Of one key of a table.</param>
    public ReplicatedValues(IEnumerable<Measurement> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Measurement[] good = [.. rows.Where(r => r.Status == Measurement.Ok)];
        PerTestSet = good.Any(r => r.DataSet is not null);
        foreach (Measurement row in good.Where(r => r.DataSet is not null == PerTestSet))
        {
            if (!_values.TryGetValue(row.Replicate, out Dictionary<int, double>? replicate))
            {
                _values[row.Replicate] = replicate = [];
            }

            replicate[row.DataSet ?? 0] = row.Value;
        }

        // A training whose scores mostly failed would cost every other training those test sets.
        int most = _values.Values.Select(v => v.Count).DefaultIfEmpty().Max();
        foreach (int poor in _values.Where(v => 2 * v.Value.Count < most).Select(v => v.Key).ToArray())
        {
            _values.Remove(poor);
        }
    }

    /// <summary>Whether there is a value for each test set, and not one for all of them (a time, a calibration error).</summary>
    public bool PerTestSet { get; }

    /// <summary>The replicates that have values for at least half of the test sets, in order.</summary>
    public IReadOnlyCollection<int> Replicates => _values.Keys;

    /// <summary>Factor of all values.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>
    /// Standard deviation that a number of all test sets has over draws of them: 0 for a time, which has none; null where it is not known.
    /// </summary>
    public double? TestSetDeviation { get; init; }

    /// <summary>The mean of all values.</summary>
    public double Mean => Scale * _values.Values.Average(v => v.Values.Average());

    /// <summary>All test sets for which any replicate has a value; the single 0 for a number of all of them.</summary>
    public IEnumerable<int> AnyTestSets => _values.Values.SelectMany(v => v.Keys).Distinct();

    /// <summary>A value.</summary>
    /// <param name="replicate">One of <see cref="Replicates"/>.</param>
    /// <param name="testSet">One for which the replicate has a value.</param>
    public double this[int replicate, int testSet] => Scale * _values[replicate][testSet];

    /// <summary>Whether another has the same values for the same replicates and test sets.</summary>
    /// <param name="other">The other.</param>
    internal bool Equal(ReplicatedValues other) =>
        PerTestSet == other.PerTestSet
        && Replicates.SequenceEqual(other.Replicates)
        && _values.All(r => r.Value.Count == other._values[r.Key].Count
            && r.Value.All(v => other._values[r.Key].TryGetValue(v.Key, out double value) && value == v.Value));

    /// <summary>The test sets for which every replicate of every quantity has a value, in order.</summary>
    /// <param name="quantities">At least one.</param>
    public static int[] CommonTestSets(IReadOnlyList<ReplicatedValues> quantities)
    {
        ArgumentNullException.ThrowIfNull(quantities);
        Dictionary<int, double>[] all = [.. quantities.SelectMany(q => q._values.Values)];
        return quantities.Any(q => q._values.Count == 0) ? [] : [.. all[0].Keys.Where(j => all.All(v => v.ContainsKey(j))).Order()];
    }
}
