namespace Reproduce.Reporting;

/// <summary>One of two results that are compared.</summary>
/// <param name="Name">What it is called, such as its folder.</param>
/// <param name="Measurements">Its numbers, of one experiment and variant.</param>
public sealed record ComparedResults(string Name, MeasurementTable Measurements)
{
    /// <summary>The experiment.</summary>
    public string Experiment => Measurements.Rows.Select(r => r.Experiment).FirstOrDefault() ?? "";

    /// <summary>The variant.</summary>
    public string Variant => Measurements.Rows.Select(r => r.Variant).FirstOrDefault() ?? Measurement.PaperVariant;

    /// <summary>The settings that have a metric.</summary>
    internal IEnumerable<(Setting Setting, string Metric)> Quantities() =>
        from metric in Measurements.Metrics(Experiment, Variant)
        from setting in Measurements.Settings(Experiment, Variant)
        where Measurements.Of(Key(setting, metric)).Any(r => r.Status == Measurement.Ok)
        select (setting, metric);

    /// <summary>The name of a quantity in this table.</summary>
    internal MeasurementKey Key(Setting setting, string metric) => new(Experiment, Variant, setting, metric);
}
