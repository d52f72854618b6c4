namespace Reproduce.Reporting;

/// <summary>What a nightly watches of an experiment: C2ST, RMSE and the calibration error of every setting.</summary>
public static class NightlyQuality
{
    private static readonly string[] _metrics = [MetricStyle.C2st, MetricStyle.Rmse, MetricStyle.MaxEce];

    // The calibration error has no value per test set. Under exact posteriors its standard deviation over test sets is this over the root
    // of their number, found by simulation: 0.15 to 0.16 for 1 to 7 parameters and 20 or 100 test sets.
    private const double CalibrationSpread = 0.16;

    /// <summary>The entries of a table of measurements; also of failed settings, with the reason.</summary>
    public static IEnumerable<NightlyEntry> Entries(MeasurementTable measurements) =>
        from run in measurements.Rows.Select(r => (r.Experiment, r.Variant)).Distinct()
        from setting in measurements.Rows.Where(r => (r.Experiment, r.Variant) == run)
            .Select(r => new Setting(r.Contender, r.Budget, r.Steps)).Distinct().InDisplayOrder()
        from metric in _metrics
        let rows = measurements.Of(new MeasurementKey(run.Experiment, run.Variant, setting, metric))
        where rows.Count > 0
        select Entry(run.Variant == Measurement.PaperVariant ? run.Experiment : $"{run.Experiment} ({run.Variant})", setting, metric, rows, DataSets(measurements, run, setting));

    private static NightlyEntry Entry(string source, Setting setting, string metric, IReadOnlyList<Measurement> rows, int dataSets)
    {
        var summary = Summary.Of(rows);
        return new NightlyEntry
        {
            Kind = NightlyKind.Quality,
            Source = source,
            Setting = Describe(setting),
            Metric = metric,
            Value = summary.Mean,
            StandardError = metric == MetricStyle.MaxEce ? CalibrationSpread / Math.Sqrt(Math.Max(1, dataSets)) : summary.StandardError ?? 0,
            Values = summary.DataSets > 0 ? summary.Values : [],
            Hole = summary.Hole,
        };
    }

    // The calibration error is one number for all test sets; how many there were stands in the rows of the other metrics.
    private static int DataSets(MeasurementTable measurements, (string Experiment, string Variant) run, Setting setting) =>
        measurements.Summarise(new MeasurementKey(run.Experiment, run.Variant, setting, MetricStyle.Rmse)).DataSets;

    private static string Describe(Setting setting) => setting.Contender == Measurement.Reference
        ? setting.Contender
        : $"{setting.Contender}, {setting.Budget} simulations" + (DisplayNames.HasSteps(setting.Contender) ? $", {setting.Steps} steps" : "");
}
