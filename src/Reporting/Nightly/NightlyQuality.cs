namespace Reproduce.Reporting;

/// <summary>What a nightly watches of an experiment: for every setting the metrics whose style says so.</summary>
public static class NightlyQuality
{
    /// <summary>The entries of a table of measurements; also of failed settings, with the reason.</summary>
    /// <param name="measurements">The table.</param>
    /// <param name="styles">Its contenders: which of them have steps, and in which order they come.</param>
    public static IEnumerable<NightlyEntry> Entries(MeasurementTable measurements, ContenderStyles styles) =>
        from run in measurements.Rows.Select(r => (r.Experiment, r.Variant)).Distinct()
        from setting in styles.InOrder(measurements.Rows.Where(r => (r.Experiment, r.Variant) == run)
            .Select(r => new Setting(r.Contender, r.Budget, r.Steps)).Distinct())
        from metric in MetricStyle.All
        where metric.Nightly is not null
        let rows = measurements.Of(new MeasurementKey(run.Experiment, run.Variant, setting, metric.Name))
        where rows.Count > 0
        select Entry(
            run.Variant == Measurement.PaperVariant ? run.Experiment : $"{run.Experiment} ({run.Variant})",
            Describe(setting, styles),
            metric,
            rows,
            DataSets(measurements, run, setting)
        );

    private static NightlyEntry Entry(string source, string setting, MetricStyle metric, IReadOnlyList<Measurement> rows, int dataSets)
    {
        var summary = Summary.Of(rows);
        return new NightlyEntry
        {
            Kind = NightlyKind.Quality,
            Source = source,
            Setting = setting,
            Metric = metric.Name,
            Value = summary.Mean,
            StandardError = metric.Nightly!.Spread is double spread
                ? spread / Math.Sqrt(Math.Max(1, dataSets))
                : summary.StandardError ?? 0,
            Values = summary.DataSets > 0 ? summary.Values : [],
            Hole = summary.Hole,
        };
    }

    // The calibration error is one number for all test sets; how many there were stands in the rows of the other metrics.
    private static int DataSets(MeasurementTable measurements, (string Experiment, string Variant) run, Setting setting) =>
        measurements.Summarise(new MeasurementKey(run.Experiment, run.Variant, setting, MetricStyle.Rmse)).DataSets;

    // The words are the entry's name in baselines and histories.
    private static string Describe(Setting setting, ContenderStyles styles) => setting.Contender == Measurement.Reference
        ? setting.Contender
        : $"{setting.Contender}, {setting.Budget} simulations" + (styles.Of(setting.Contender).HasSteps ? $", {setting.Steps} steps" : "");
}
