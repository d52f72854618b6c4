using ScottPlot;

namespace Reproduce.Reporting;

/// <summary>
/// Quality against the simulation budget (the paper's Figure 4) as small multiples: a row per experiment, a column per kind of contender
/// with the others thin and grey behind it.
/// </summary>
public static class BudgetFigure
{
    private const float Left = 66, Right = 12, Between = 18, PanelHeight = 132, TitleHeight = 20, RowGap = 14, AxisHeight = 34;

    private static readonly QualityWording s_text = new(
        "Quality against simulation budget",
        "Quality against the number of training simulations, a column per kind of contender; grey: the others.",
        "",
        " Open and faint: the paper's values (digitised), dotted for the first curve of a contender and dashed for the second."
    );

    /// <summary>Makes the figure.</summary>
    /// <param name="measurements">The results table.</param>
    /// <param name="published">The paper's numbers.</param>
    /// <param name="panels">The experiments, a row each.</param>
    /// <param name="band">What the bands show.</param>
    /// <remarks>
    /// Of a contender with several numbers of steps those are drawn that the paper has at several budgets too and, where it has none, the
    /// one that was measured at the most budgets, of several the largest.
    /// </remarks>
    public static Figure Create(
        MeasurementTable measurements, PublishedResults published, IReadOnlyList<QualityPanel> panels, BandKind band = BandKind.Interval)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        ArgumentNullException.ThrowIfNull(published);
        ArgumentNullException.ThrowIfNull(panels);
        if (panels.Count == 0)
        {
            throw new ArgumentException("panels: expected at least one", nameof(panels));
        }

        Row[] rows = [.. panels.Select(p => new Row(
            p,
            QualityCurves.OverBudgets(measurements, published, p, band),
            measurements.Floor(p.Experiment, p.Variant, p.Budget, p.Metric)))];
        MethodStyle[] columns =
        [
            .. rows.SelectMany(r => r.Curves).Select(c => c.Contender.Method).DistinctBy(m => m.Name).OrderBy(m => m.Order),
        ];
        string bandText = QualityWording.BandText(band, [], measurements, panels);
        var plotter = new QualityPlotter(numbers: false);
        // The legend decides where the panels begin, so the curves are drawn once to collect it and once in their place.
        foreach ((Row row, MethodStyle column) in rows.SelectMany(r => columns.Select(c => (r, c))))
        {
            Draw(plotter, new FigurePanel(new PixelRect(0, 100, 100, 0), new PixelPadding(0)), row, column, bandText);
        }

        var legend = new FigureLegend(plotter.Legend, FigureStyle.FullWidth);
        float width = (FigureStyle.FullWidth - Left - Right - Between * (columns.Length - 1)) / Math.Max(1, columns.Length);
        List<FigurePanel> drawn = [];
        for (int r = 0; r < rows.Length; r++)
        {
            float top = legend.Height + TitleHeight + r * (PanelHeight + RowGap);
            for (int c = 0; c < columns.Length; c++)
            {
                float x = Left + c * (width + Between);
                var place = new PixelRect(x - Left, x + width + Right, top + PanelHeight + AxisHeight, top - TitleHeight);
                FigurePanel panel = new(place, new PixelPadding(Left, Right, AxisHeight, TitleHeight));
                Axes(panel, rows[r], labelX: r == rows.Length - 1, labelY: c == 0);
                if (r == 0)
                {
                    panel.Title(columns[c].Label);
                }

                Draw(plotter, panel, rows[r], columns[c], bandText);
                drawn.Add(panel);
            }
        }

        float bottom = legend.Height + TitleHeight + rows.Length * PanelHeight + (rows.Length - 1) * RowGap;
        drawn[^1].Texts.Add(new FigureText(
            "training simulations", new Pixel((Left + FigureStyle.FullWidth) / 2f, bottom + 17), FigureStyle.LabelSize, FigureStyle.Ink,
            Alignment.UpperCenter));
        string caption = s_text.Caption(band, panels, [.. rows.SelectMany(r => r.Curves)]);
        return new Figure(s_text.Title, caption, FigureStyle.FullWidth, (int)Math.Ceiling(bottom + AxisHeight), drawn, legend);
    }

    /// <summary>Whether there is anything to draw: a report of a run that came to nothing has no such figure.</summary>
    /// <param name="measurements">The numbers.</param>
    /// <param name="panel">What the figure would show.</param>
    public static bool IsMeasured(MeasurementTable measurements, QualityPanel panel) =>
        QualityCurves.OverBudgets(measurements, PublishedResults.None, panel, BandKind.Interval).Count > 0;

    private static void Draw(QualityPlotter plotter, FigurePanel panel, Row row, MethodStyle column, string bandText)
    {
        plotter.DrawBackdrop(panel, row.Curves.Where(c => c.Contender.Method.Name != column.Name));
        plotter.Draw(panel, [.. row.Curves.Where(c => c.Contender.Method.Name == column.Name)], row.Floor, row.IsFloorInView, bandText);
    }

    // All panels of a row have the limits of the row.
    private static void Axes(FigurePanel panel, Row row, bool labelX, bool labelY)
    {
        (double xMin, double xMax, double yMin, double yMax) = QualityPlotter.LimitsOf(
            row.Curves, row.IsFloorInView ? row.Floor.Mean : null);
        panel.Limits(xMin, xMax, yMin, yMax);
        double[] budgets = [.. row.Curves.SelectMany(c => c.Points).Select(p => Math.Round(Math.Pow(10, p.X))).Distinct().Order()];
        panel.Ticks(AxisTicks.LogAt(budgets, panel.DataRect.Width, labelX), AxisTicks.Linear(yMin, yMax, 6, labelY));
        if (!labelY)
        {
            return;
        }

        float size = FigurePanel.Fitting(row.Request.Title, FigureStyle.LabelSize, PanelHeight + RowGap);
        Name(row.Request.Title, 8, size);
        Name(MetricStyle.Of(row.Request.Metric).Heading, 24, FigureStyle.LabelSize);

        void Name(string text, float x, float letters) => panel.Texts.Add(
            new FigureText(text, new Pixel(x, panel.DataRect.VerticalCenter), letters, FigureStyle.Ink, Alignment.MiddleCenter, -90));
    }

    private sealed record Row(QualityPanel Request, IReadOnlyList<QualityCurve> Curves, Summary Floor)
    {
        public bool IsFloorInView { get; } = QualityPlotter.IsInView(Curves, Floor);
    }
}
