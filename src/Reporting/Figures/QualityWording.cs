namespace Reproduce.Reporting;

/// <summary>A quality figure's title and the sentences of its caption; a caption speaks only of what its figure has.</summary>
internal sealed record QualityWording(string Title, string Opening, string Labels, string Paper)
{
    /// <summary>The caption.</summary>
    /// <param name="band">What the bands show.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="curves">Everything that is drawn.</param>
    public string Caption(BandKind band, IReadOnlyList<QualityPanel> panels, IReadOnlyList<QualityCurve> curves)
    {
        string unit = BandUnit(panels);
        string spread = band == BandKind.Interval
            ? $" Bands and bars: 95 % interval of the mean over {unit} and, where there are several, trainings."
            : $" Line: mean; bands and bars: 10 % to 90 % quantile over {unit}.";
        bool spreads = curves.Any(c => c.Points.Any(p => p.Low < p.High)), published = curves.Any(c => c.Published);
        string further = curves.Any(c => c.SourceRank > 0) ? " Asterisks: the same from a further figure of the paper." : "";
        return Opening + (spreads ? spread : "") + Labels + (published ? Paper : "") + further;
    }

    /// <summary>What the legend says of bands.</summary>
    /// <param name="band">What they show.</param>
    /// <param name="contenders">The contenders that are drawn; none for all.</param>
    /// <param name="measurements">The results table.</param>
    /// <param name="panels">The panels.</param>
    public static string BandText(BandKind band, string[] contenders, MeasurementTable measurements, IReadOnlyList<QualityPanel> panels)
    {
        int[] counts = panels
            .SelectMany(p =>
                measurements
                    .Settings(p.Experiment, p.Variant)
                    .Where(s => contenders.Length == 0 || contenders.Contains(s.Contender))
                    .Select(s => measurements.Summarise(new MeasurementKey(p.Experiment, p.Variant, s, p.Metric)).DataSets)
            )
            .Where(c => c > 0)
            .Distinct()
            .ToArray();
        string unit = BandUnit(panels);
        string sets = counts.Length == 1 ? $"{NumberText.Fixed(counts[0], 0)} {unit}" : unit;
        return band == BandKind.Interval ? $"95 % interval, {sets}" : $"10–90 % of {sets}";
    }

    // The MMD of images compares parts of the test sets, not single ones.
    private static string BandUnit(IReadOnlyList<QualityPanel> panels) =>
        panels.All(p => p.Metric == MetricStyle.Mmd2) ? "parts of the test sets" : "test sets";
}
