using System.Collections.Concurrent;

namespace Reproduce.Reporting;

/// <summary>The one tidy table of results: a row per number that was measured, in a stable order, indexed by quantity.</summary>
public sealed class MeasurementTable
{
    private readonly Dictionary<MeasurementKey, List<Measurement>> _byKey = [];

    // Tables, figures, claims and pages ask for the same means, and the rows never change.
    private readonly ConcurrentDictionary<MeasurementKey, Summary> _summaries = [];

    /// <summary>Sorts and indexes the rows.</summary>
    /// <exception cref="ArgumentException">Two rows claim to be the same measurement.</exception>
    public MeasurementTable(IEnumerable<Measurement> rows)
    {
        Rows = rows
            .OrderBy(r => r.Experiment, StringComparer.Ordinal).ThenBy(r => r.Variant, StringComparer.Ordinal)
            .ThenBy(r => r.Contender, StringComparer.Ordinal).ThenBy(r => r.Budget).ThenBy(r => r.Replicate).ThenBy(r => r.Steps)
            .ThenBy(r => r.Metric, StringComparer.Ordinal).ThenBy(r => r.DataSet ?? -1).ToArray();
        for (int i = 1; i < Rows.Count; i++)
        {
            if (SameMeasurement(Rows[i - 1], Rows[i]))
            {
                throw new ArgumentException($"The same measurement appears twice: {Describe(Rows[i])}.", nameof(rows));
            }
        }
        foreach (Measurement row in Rows)
        {
            MeasurementKey key = KeyOf(row);
            if (!_byKey.TryGetValue(key, out List<Measurement>? list))
            {
                _byKey[key] = list = [];
            }

            list.Add(row);
        }
    }

    /// <summary>All rows, sorted by experiment, variant, contender, budget, replicate, steps, metric and test set.</summary>
    public IReadOnlyList<Measurement> Rows { get; }

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file, in either of the forms that <see cref="MeasurementFile"/> writes.</param>
    /// <exception cref="MalformedTableException">The file is malformed; the message names file, line and column.</exception>
    public static MeasurementTable Read(string path) => MeasurementCsv.Read(path);

    /// <summary>The rows of one quantity, over test sets and replicates; empty when it was not measured.</summary>
    public IReadOnlyList<Measurement> Of(MeasurementKey key) => _byKey.TryGetValue(key, out List<Measurement>? rows) ? rows : [];

    /// <summary>Mean of one quantity and how well it is known over test sets and trainings.</summary>
    public Summary Summarise(MeasurementKey key) =>
        _summaries.GetOrAdd(key, k => Summary.Of(Of(k), SettingContrast.Term(this, k, ContenderStyles.None)));

    /// <summary>
    /// The floor of a metric: the reference scored against itself, of that budget or, where the floor was measured once, of any.
    /// </summary>
    public Summary Floor(string experiment, string variant, int budget, string metric)
    {
        Measurement[] rows = Rows
            .Where(r => r.Contender == Measurement.Reference && r.Experiment == experiment && r.Metric == metric)
            .ToArray();
        Measurement[] sameVariant = rows.Where(r => r.Variant == variant).ToArray();
        if (sameVariant.Length > 0)
        {
            rows = sameVariant;
        }

        Measurement[] sameBudget = rows.Where(r => r.Budget == budget).ToArray();
        if (sameBudget.Length > 0)
        {
            rows = sameBudget;
        }

        return Summary.Of(rows);
    }

    /// <summary>The contenders that were measured, the reference left out, by name.</summary>
    public IReadOnlyList<Contender> Contenders =>
        [
            .. Rows.Where(r => r.Contender != Measurement.Reference)
                .Select(r => new Contender(r.Contender, r.Method, r.Network))
                .DistinctBy(c => c.Name),
        ];

    /// <summary>The settings that were measured, the reference left out.</summary>
    public IReadOnlyList<Setting> Settings(string experiment, string variant) =>
        [.. _byKey.Keys
            .Where(k => k.Experiment == experiment && k.Variant == variant && k.Setting.Contender != Measurement.Reference)
            .Select(k => k.Setting).Distinct()];

    /// <summary>The settings of the same contender that have the metric too, this one among them.</summary>
    internal IEnumerable<Setting> SettingsLike(MeasurementKey key) =>
        _byKey
            .Keys.Where(k =>
                k.Setting.Contender == key.Setting.Contender
                && k.Metric == key.Metric
                && k.Experiment == key.Experiment
                && k.Variant == key.Variant
            )
            .Select(k => k.Setting);

    /// <summary>The names of the metrics that were measured for an experiment.</summary>
    public IReadOnlyList<string> Metrics(string experiment, string variant) =>
        [
            .. _byKey
                .Keys.Where(k => k.Experiment == experiment && k.Variant == variant)
                .Select(k => k.Metric)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    private static MeasurementKey KeyOf(Measurement r) =>
        new(r.Experiment, r.Variant, new Setting(r.Contender, r.Budget, r.Steps), r.Metric);

    private static bool SameMeasurement(Measurement a, Measurement b) =>
        KeyOf(a) == KeyOf(b) && a.Replicate == b.Replicate && a.DataSet == b.DataSet;

    private static string Describe(Measurement r) =>
        $"{r.Experiment}, {r.Variant}, {r.Contender}, budget {r.Budget}, replicate {r.Replicate}, {r.Steps} steps, {r.Metric}"
        + (r.DataSet is null ? "" : $", test set {r.DataSet}");
}
