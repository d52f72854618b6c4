namespace Reproduce.Reporting;

/// <summary>The curves of a quality figure's panel, the paper's before ours of the same contender.</summary>
internal static class QualityCurves
{
    internal static List<QualityCurve> OverTime(
        MeasurementTable measurements, PublishedResults published, QualityPanel panel, BandKind band) =>
        Along(measurements, published, panel, band, setting =>
        {
            Summary seconds = measurements.Summarise(new MeasurementKey(panel.Experiment, panel.Variant, setting, MetricStyle.Seconds));
            return seconds.HasValue && seconds.Mean > 0 ? Math.Log10(seconds.Mean) : null;
        }, publishedAnywhere: false);

    internal static List<QualityCurve> OverSteps(
        MeasurementTable measurements, PublishedResults published, QualityPanel panel, BandKind band) =>
        Along(measurements, published, panel, band, setting =>
        {
            // With a tolerance a draw takes fewer passes than the steps, which are the most.
            Summary passes = measurements.Summarise(new MeasurementKey(panel.Experiment, panel.Variant, setting, MetricStyle.Passes));
            return Math.Log10(passes.HasValue ? passes.Mean : setting.Steps);
        }, publishedAnywhere: true);

    private static List<QualityCurve> Along(
        MeasurementTable measurements,
        PublishedResults published,
        QualityPanel panel,
        BandKind band,
        Func<Setting, double?> abscissa,
        bool publishedAnywhere
    )
    {
        var curves = new List<QualityCurve>();
        IEnumerable<Setting> settings = panel.Styles.InOrder(measurements.Settings(panel.Experiment, panel.Variant))
            .Where(s => s.Budget == panel.Budget && (panel.Contenders is null || panel.Contenders.Contains(s.Contender)));
        HashSet<(string Kind, string Network)> drawn = [];
        foreach (IGrouping<string, Setting> contender in settings.GroupBy(s => s.Contender))
        {
            ContenderStyle style = panel.Styles.Of(contender.Key);
            (int Steps, CurvePoint Point)[] ours = contender
                .Select(s =>
                    (
                        s.Steps,
                        X: abscissa(s),
                        Summary: measurements.Summarise(new MeasurementKey(panel.Experiment, panel.Variant, s, panel.Metric))
                    )
                )
                .Where(p => p.X is not null && p.Summary.HasValue)
                .Select(p => (p.Steps, Point: QualityCurve.Point(p.X!.Value, p.Summary, band, NumberText.Fixed(p.Steps, 0)))).ToArray();

            // Of several contenders of one kind and network the paper has one curve, in the first one's colour.
            bool first = ours.Length > 0 && drawn.Add((style.Method.Name, style.Network));
            IEnumerable<(string Source, CurvePoint[] Points)> paper = published.OverSteps(
                panel.Experiment, panel.Budget, style, MetricStyle.Of(panel.Metric).PublishedName)
                .Where(_ => first)
                .Select(source => Paper(
                    source.Where(r => publishedAnywhere || ours.Any(o => o.Steps == r.Steps)),
                    r => publishedAnywhere ? Math.Log10(r.Steps) : ours.First(o => o.Steps == r.Steps).Point.X, panel.Metric));
            Add(curves, style, [.. ours.Select(o => o.Point)], paper);
        }
        return curves;
    }

    internal static List<QualityCurve> OverBudgets(
        MeasurementTable measurements, PublishedResults published, QualityPanel panel, BandKind band)
    {
        var curves = new List<QualityCurve>();
        IEnumerable<Setting> settings = panel.Styles.InOrder(measurements.Settings(panel.Experiment, panel.Variant))
            .Where(s => panel.Contenders is null || panel.Contenders.Contains(s.Contender));
        string metric = MetricStyle.Of(panel.Metric).PublishedName;
        HashSet<(string Kind, string Network, int Steps)> drawn = [];
        foreach (IGrouping<string, Setting> contender in settings.GroupBy(s => s.Contender))
        {
            ContenderStyle style = panel.Styles.Of(contender.Key);
            int[] steps = StepsOverBudgets(contender, s =>
                published.OverBudgets(panel.Experiment, style, s, metric).Any(source => source.Count > 1)
            );
            foreach (int count in steps)
            {
                CurvePoint[] ours = contender
                    .Where(s => s.Steps == count)
                    .Select(s =>
                        (s.Budget, Summary: measurements.Summarise(new MeasurementKey(panel.Experiment, panel.Variant, s, panel.Metric)))
                    )
                    .Where(p => p.Summary.HasValue)
                    .Select(p => QualityCurve.Point(Math.Log10(p.Budget), p.Summary, band, "")).ToArray();
                bool first = ours.Length > 0 && drawn.Add((style.Method.Name, style.Network, count));
                // A figure of one budget says nothing of budgets: its number stands in the table and in the figure of that budget.
                IEnumerable<(string Source, CurvePoint[] Points)> paper = published.OverBudgets(panel.Experiment, style, count, metric)
                    .Where(source => first && source.Count > 1)
                    .Select(source => Paper(source, r => Math.Log10(r.Budget!.Value), panel.Metric));
                Add(curves, style, ours, paper, secondary: count != steps[0], count);
            }
        }

        return curves;
    }

    // Ascending.
    private static int[] StepsOverBudgets(IEnumerable<Setting> contender, Func<int, bool> isPublished)
    {
        (int Steps, int Budgets)[] several =
        [
            .. contender
                .GroupBy(s => s.Steps)
                .Select(g => (g.Key, g.Select(s => s.Budget).Distinct().Count()))
                .Where(s => s.Item2 > 1)
                .Order(),
        ];
        int[] published = [.. several.Select(s => s.Steps).Where(isPublished)];
        return published.Length > 0 || several.Length == 0 ? published : [several.MaxBy(s => (s.Budgets, s.Steps)).Steps];
    }

    // A published curve from one source, in the unit of ours.
    private static (string Source, CurvePoint[] Points) Paper(
        IEnumerable<PublishedResult> results,
        Func<PublishedResult, double> abscissa,
        string metric
    )
    {
        PublishedResult[] shown = [.. results];
        return (shown.Length == 0 ? "" : shown[0].SourceName, [.. shown.Select(r => Point(abscissa(r), MetricStyle.Of(metric).Ours(r)))]);

        static CurvePoint Point(double x, double value) => new(x, value, value, value, "");
    }

    // The paper's curves are companions of ours: alone they would look like a measurement.
    private static void Add(
        List<QualityCurve> curves,
        ContenderStyle contender,
        CurvePoint[] ours,
        IEnumerable<(string Source, CurvePoint[] Points)> paper,
        bool secondary = false,
        int? steps = null
    )
    {
        if (ours.Length == 0)
        {
            return;
        }

        curves.AddRange(paper.Where(p => p.Points.Length > 0)
            .Select((p, rank) => new QualityCurve(contender, p.Points, Published: true, secondary, Source: p.Source, SourceRank: rank)));
        curves.Add(new QualityCurve(contender, ours, Published: false, secondary, steps));
    }
}
