using ScottPlot;
using ScottPlot.TickGenerators;

namespace Reproduce.Reporting;

/// <summary>
/// How good the posteriors are against sampling time and sampling steps: the mean over test sets with a band, the paper's curve faint and
/// dotted behind it, and the score of the reference against itself as the floor.
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
        var text = new QualityWording(
            "Quality against sampling time", "Quality against sampling time.", " Numbers beside the points: sampling steps.",
            " Dotted and open: the paper's values (tables exact, curves digitised), drawn at the times measured here.");
        return Make(text, "seconds per 1000 draws", measurements, published, panels, band, QualityCurves.OverTime, numbers: true);
    }

    /// <summary>Quality against sampling steps, several tasks side by side.</summary>
    public static Figure AgainstSteps(
        MeasurementTable measurements,
        PublishedResults published,
        IReadOnlyList<QualityPanel> panels,
        BandKind band = BandKind.Interval
    )
    {
        bool isCounted = panels.Any(panel => measurements.Rows.Any(
            r => r.Metric == MetricStyle.Passes && r.Experiment == panel.Experiment && r.Budget == panel.Budget));
        var text = new QualityWording(
            "Quality against sampling steps",
            "Quality against the number of sampling steps.",
            isCounted ? " Where a tolerance decides the steps, the passes that a draw took." : "",
            " Dotted and open: the paper's values (digitised)."
        );
        return Make(text, "sampling steps", measurements, published, panels, band, QualityCurves.OverSteps, numbers: false);
    }

    private static Figure Make(
        QualityWording text, string xName, MeasurementTable measurements, PublishedResults published, IReadOnlyList<QualityPanel> requests,
        BandKind band, Func<MeasurementTable, PublishedResults, QualityPanel, BandKind, IReadOnlyList<QualityCurve>> curvesOf, bool numbers)
    {
        if (requests.Count == 0)
        {
            throw new ArgumentException("panels: expected at least one", nameof(requests));
        }

        int width = requests.Count == 1 ? FigureStyle.ColumnWidth : FigureStyle.FullWidth;
        int columns = Math.Min(requests.Count, 3), rows = (requests.Count + columns - 1) / columns;
        var plotter = new QualityPlotter(numbers);
        DrawnPanel[] drawn = requests
            .Select(r => PanelOf(
                r, curvesOf(measurements, published, r, band), measurements.Floor(r.Experiment, r.Variant, r.Budget, r.Metric)))
            .ToArray();
        string bandText = QualityWording.BandText(
            band, drawn.SelectMany(d => d.Request.Contenders ?? []).ToArray(), measurements, requests);
        // The legend decides how high the strip above the panels is, so the curves are drawn once to collect it and once in their place.
        foreach (DrawnPanel? d in drawn)
        {
            plotter.Draw(new FigurePanel(new PixelRect(0, 100, 100, 0), new PixelPadding(0)), d.Curves, d.Floor, d.IsFloorInView, bandText);
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
            Axes(panel, drawn[i]);
            if (titled)
            {
                panel.Title(drawn[i].Request.Title, requests.Select(r => r.Title));
            }

            panel.XName(xName);
            if (i % columns == 0)
            {
                panel.YName(MetricStyle.Of(drawn[i].Request.Metric).Heading);
            }

            plotter.Draw(panel, drawn[i].Curves, drawn[i].Floor, drawn[i].IsFloorInView, bandText);
            if (numbers)
            {
                PointLabels.Add(panel, drawn[i].Curves);
            }

            panels.Add(panel);
        }
        string caption = text.Caption(band, requests, [.. drawn.SelectMany(d => d.Curves)]);
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

    private static void Axes(FigurePanel panel, DrawnPanel drawn)
    {
        (double xMin, double xMax, double yMin, double yMax) = QualityPlotter.LimitsOf(
            drawn.Curves, drawn.IsFloorInView ? drawn.Floor.Mean : null);
        panel.Limits(xMin, xMax, yMin, yMax);
        NumericManual x = AxisTicks.Log(xMin, xMax, panel.DataRect.Width, labels: true);
        NumericManual y = drawn.Log
            ? AxisTicks.Log(yMin, yMax, panel.DataRect.Height, labels: true)
            : AxisTicks.Linear(yMin, yMax, 7, labels: true);
        panel.Ticks(x, y);
    }

    // A panel with its curves, whose values are logarithms where the vertical axis is logarithmic, and the floor.
    private sealed record DrawnPanel(QualityPanel Request, IReadOnlyList<QualityCurve> Curves, Summary Floor, bool Log)
    {
        public bool IsFloorInView { get; } = QualityPlotter.IsInView(Curves, Floor);
    }
}
