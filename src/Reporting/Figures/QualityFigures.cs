using ScottPlot;
using ScottPlot.TickGenerators;

namespace Reproduce.Reporting;

/// <summary>
/// How good the posteriors are against sampling time, sampling steps and simulation budget: the mean over test sets with a band, the
/// paper's curve faint and dotted behind it, and the score of the reference against itself as the floor.
/// </summary>
public static class QualityFigures
{
    private const int PanelHeight = 214;

    /// <summary>Quality against sampling time, a point per number of steps (the paper's Figure 3).</summary>
    /// <param name="measurements">Needs "seconds_per_1000_draws" beside the metric.</param>
    /// <param name="published">The paper's values are drawn at our times: the paper's machine is not ours.</param>
    /// <param name="panels">One panel fills a column, several the whole width.</param>
    /// <param name="band">What the bands show.</param>
    public static Figure AgainstTime(
        MeasurementTable measurements,
        PublishedResults published,
        IReadOnlyList<QualityPanel> panels,
        BandKind band = BandKind.Interval
    )
    {
        var text = new Wording(
            "Quality against sampling time", "Quality against sampling time.", " Numbers at the points: sampling steps.",
            " Dotted and open: the paper's values (tables exact, curves digitised), drawn at the times measured here.");
        return Make(text, "seconds per 1000 draws", measurements, published, panels, band, Time, label: true);
    }

    /// <summary>Quality against sampling steps, several tasks side by side.</summary>
    public static Figure AgainstSteps(
        MeasurementTable measurements,
        PublishedResults published,
        IReadOnlyList<QualityPanel> panels,
        BandKind band = BandKind.Interval
    )
    {
        var text = new Wording(
            "Quality against sampling steps",
            "Quality against the number of sampling steps.",
            "",
            " Dotted and open: the paper's values (digitised)."
        );
        return Make(text, "sampling steps", measurements, published, panels, band, Steps, label: false);
    }

    /// <summary>Quality against the simulation budget (the paper's Figure 4).</summary>
    /// <param name="measurements">The results table.</param>
    /// <param name="published">The paper's numbers.</param>
    /// <param name="panels">One panel fills a column, several the whole width.</param>
    /// <param name="band">What the bands show.</param>
    /// <remarks>
    /// Of a contender with several numbers of steps those are drawn that the paper has at several budgets too and, where it has none, the
    /// one that was measured at the most budgets, of several the largest.
    /// </remarks>
    public static Figure AgainstBudget(
        MeasurementTable measurements, PublishedResults published, IReadOnlyList<QualityPanel> panels, BandKind band = BandKind.Interval)
    {
        var text = new Wording(
            "Quality against simulation budget", "Quality against the number of training simulations.", "",
            " Open and faint: the paper's values (digitised), dotted for the first curve of a contender and dashed for the second.");
        IReadOnlyList<QualityCurve> Curves(QualityPanel panel) => Budget(measurements, published, panel, band);
        return Make(text, "training simulations", measurements, panels, band, Curves, label: false, byBudget: true);
    }

    private static Figure Make(
        Wording text, string xName, MeasurementTable measurements, PublishedResults published, IReadOnlyList<QualityPanel> panels,
        BandKind band, Func<MeasurementTable, PublishedResults, QualityPanel, BandKind, IReadOnlyList<QualityCurve>> curves, bool label) =>
        Make(text, xName, measurements, panels, band, p => curves(measurements, published, p, band), label, byBudget: false);

    private static Figure Make(
        Wording text, string xName, MeasurementTable measurements, IReadOnlyList<QualityPanel> requests, BandKind band,
        Func<QualityPanel, IReadOnlyList<QualityCurve>> curvesOf, bool label, bool byBudget)
    {
        if (requests.Count == 0)
        {
            throw new ArgumentException("panels: expected at least one", nameof(requests));
        }

        int width = requests.Count == 1 ? FigureStyle.ColumnWidth : FigureStyle.FullWidth;
        int columns = Math.Min(requests.Count, 3), rows = (requests.Count + columns - 1) / columns;
        var plotter = new QualityPlotter();
        DrawnPanel[] drawn = requests
            .Select(r => PanelOf(r, curvesOf(r), measurements.Floor(r.Experiment, r.Variant, r.Budget, r.Metric)))
            .ToArray();
        string bandText = BandText(band, drawn.SelectMany(d => d.Request.Contenders ?? []).ToArray(), measurements, requests);
        // The legend decides how high the strip above the panels is, so the curves are drawn once to collect it and once in their place.
        foreach (DrawnPanel? d in drawn)
        {
            plotter.Draw(new FigurePanel(new PixelRect(0, 100, 100, 0), new PixelPadding(0)), d.Curves, d.Floor, bandText, label: false);
        }

        var legend = new FigureLegend(plotter.Legend, width);
        var panels = new List<FigurePanel>();
        for (int i = 0; i < drawn.Length; i++)
        {
            float panelWidth = width / (float)columns, left = i % columns * panelWidth, top = legend.Height + i / columns * PanelHeight;
            bool titled = drawn[i].Request.Title.Length > 0;
            var panel = new FigurePanel(
                new PixelRect(left, left + panelWidth, top + PanelHeight, top),
                new PixelPadding(44, 11, 34, titled ? 20 : 8)
            );
            Axes(panel, drawn[i], byBudget);
            if (titled)
            {
                panel.Title(drawn[i].Request.Title, requests.Select(r => r.Title));
            }

            panel.XName(xName);
            if (i % columns == 0)
            {
                panel.YName(MetricStyle.Of(drawn[i].Request.Metric).Heading);
            }

            plotter.Draw(panel, drawn[i].Curves, drawn[i].Floor, bandText, label);
            panels.Add(panel);
        }
        string caption = text.Caption(band, BandUnit(requests), [.. drawn.SelectMany(d => d.Curves)]);
        return new Figure(text.Title, caption, width, (int)Math.Ceiling(legend.Height + rows * PanelHeight), panels, legend);
    }

    // One step of CMPE can have forty times the MMD of two: on a linear axis everything else would lie on the ground.
    private static DrawnPanel PanelOf(QualityPanel request, IReadOnlyList<QualityCurve> curves, Summary floor)
    {
        CurvePoint[] points = curves.SelectMany(c => c.Points).ToArray();
        bool log =
            !floor.HasValue && points.Length > 0 && points.Min(p => p.Low) is > 0 and var lowest && points.Max(p => p.High) > 30 * lowest;
        return new DrawnPanel(request, log ? [.. curves.Select(c => c.WithLogarithms())] : curves, floor, log);
    }

    private static void Axes(FigurePanel panel, DrawnPanel drawn, bool byBudget)
    {
        (double xMin, double xMax, double yMin, double yMax) = QualityPlotter.LimitsOf(
            drawn.Curves, drawn.Floor.HasValue ? drawn.Floor.Mean : null);
        panel.Limits(xMin, xMax, yMin, yMax);
        NumericManual x = byBudget
            ? AxisTicks.LogAt(
                drawn.Curves.SelectMany(c => c.Points).Select(p => Math.Round(Math.Pow(10, p.X))).Distinct().Order(),
                labels: true
            )
            : AxisTicks.Log(xMin, xMax, panel.DataRect.Width, labels: true);
        NumericManual y = drawn.Log
            ? AxisTicks.Log(yMin, yMax, panel.DataRect.Height, labels: true)
            : AxisTicks.Linear(yMin, yMax, 7, labels: true);
        panel.Ticks(x, y);
    }

    private static List<QualityCurve> Time(MeasurementTable measurements, PublishedResults published, QualityPanel panel, BandKind band) =>
        OverSteps(measurements, published, panel, band, setting =>
        {
            Summary seconds = measurements.Summarise(new MeasurementKey(panel.Experiment, panel.Variant, setting, MetricStyle.Seconds));
            return seconds.HasValue && seconds.Mean > 0 ? Math.Log10(seconds.Mean) : null;
        }, publishedAnywhere: false);

    private static List<QualityCurve> Steps(MeasurementTable measurements, PublishedResults published, QualityPanel panel, BandKind band) =>
        OverSteps(measurements, published, panel, band, setting => Math.Log10(setting.Steps), publishedAnywhere: true);

    private static List<QualityCurve> OverSteps(
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

    private static List<QualityCurve> Budget(MeasurementTable measurements, PublishedResults published, QualityPanel panel, BandKind band)
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
                IEnumerable<(string Source, CurvePoint[] Points)> paper = published.OverBudgets(panel.Experiment, style, count, metric)
                    .Where(_ => first)
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

    private static string BandText(BandKind band, string[] contenders, MeasurementTable measurements, IReadOnlyList<QualityPanel> panels)
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

    // A panel with its curves, whose values are logarithms where the vertical axis is logarithmic, and the floor.
    private sealed record DrawnPanel(QualityPanel Request, IReadOnlyList<QualityCurve> Curves, Summary Floor, bool Log);

    // A figure's title and the sentences of its caption; a caption speaks only of what its figure has.
    private sealed record Wording(string Title, string Opening, string Labels, string Paper)
    {
        public string Caption(BandKind band, string unit, IReadOnlyList<QualityCurve> curves)
        {
            string spread = band == BandKind.Interval
                ? $" Bands and bars: 95 % interval of the mean over {unit} and, where there are several, trainings."
                : $" Line: mean; bands and bars: 10 % to 90 % quantile over {unit}.";
            bool spreads = curves.Any(c => c.Points.Any(p => p.Low < p.High)), published = curves.Any(c => c.Published);
            string further = curves.Any(c => c.SourceRank > 0) ? " Asterisks: the same from a further figure of the paper." : "";
            return Opening + (spreads ? spread : "") + Labels + (published ? Paper : "") + further;
        }
    }
}
