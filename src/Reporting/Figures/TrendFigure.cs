using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>The numbers of a machine's nights: a panel for each metric of each experiment and class of benchmarks.</summary>
public static class TrendFigure
{
    /// <summary>Nights of the shortest trend.</summary>
    public const int FewestNights = 2;

    private const int Columns = 3, Height = 150, Shown = 90;
    private const string Caption =
        "Each line is a setting; the colour says the contender. Quality is the mean over test sets, speed the ratio to the matrix products "
        + "inside. Crosses are regressions. Lower is better.";

    /// <summary>Makes the figure of the last 90 nights.</summary>
    /// <param name="history">
    /// At least two nights of one key (<see cref="NightlyOrigin.Key"/>): one is no trend, and from one processor to another nothing goes up
    /// or down.
    /// </param>
    /// <param name="styles">The contenders; a setting that begins with none of them is drawn in grey.</param>
    /// <exception cref="ArgumentException">Fewer nights.</exception>
    public static Figure Create(IReadOnlyList<NightlyHistoryRow> history, ContenderStyles styles)
    {
        DateTime[] nights = [.. history.Select(r => r.Time).Distinct().Order().TakeLast(Shown)];
        if (nights.Length < FewestNights)
        {
            throw new ArgumentException($"history: expected at least {FewestNights} nights", nameof(history));
        }

        NightlyHistoryRow[] rows = history.Where(r => r.Time >= nights[0]).ToArray();
        IGrouping<(NightlyKind Kind, string Source, string Metric), NightlyHistoryRow>[] groups = rows
            .GroupBy(r => (r.Kind, r.Source, r.Metric))
            .OrderBy(g => g.Key.Kind)
            .ThenBy(g => g.Key.Source, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Metric, StringComparer.Ordinal)
            .ToArray();
        int columns = Math.Min(Columns, groups.Length);
        float width = FigureStyle.FullWidth / (float)Columns;
        var legend = new FigureLegend(Legend(rows, styles), width * columns);
        string[] titles =
        [
            .. groups.Select(g =>
                $"{g.Key.Source}: {(g.Key.Kind == NightlyKind.Speed ? "times the floor" : MetricStyle.Of(g.Key.Metric).Heading)}"
            ),
        ];
        IEnumerable<FigurePanel> panels = groups.Select(
            (g, i) => Panel(Place(i, columns, width, legend.Height), titles[i], titles, [.. g], nights, styles)
        );
        int height = (int)Math.Ceiling(legend.Height + (groups.Length + columns - 1) / columns * Height);
        return new Figure("Trend of the nights", Caption, (int)Math.Ceiling(width * columns), height, [.. panels], legend);
    }

    private static PixelRect Place(int index, int columns, float width, float above)
    {
        float left = index % columns * width, top = above + index / columns * Height;
        return new PixelRect(left, left + width, top + Height, top);
    }

    private static IEnumerable<LegendEntry> Legend(NightlyHistoryRow[] rows, ContenderStyles styles)
    {
        IEnumerable<MethodStyle> kinds = rows.Select(r => MethodOf(r, styles))
            .OfType<MethodStyle>()
            .DistinctBy(m => m.Name)
            .OrderBy(m => m.Order);
        foreach (MethodStyle kind in kinds)
        {
            yield return new LegendEntry(kind.Label, Color.FromHex(kind.Colour)) { Line = LinePattern.Solid };
        }

        if (rows.Any(r => r.IsRegression && double.IsFinite(r.Value)))
        {
            yield return new LegendEntry("regression", FigureStyle.Ink) { Marker = MarkerShape.Eks };
        }
    }

    // The kind of the contender with which a setting begins. A benchmark's is a kind itself, or a kind with its number of steps:
    // "fmpe-1000".
    private static MethodStyle? MethodOf(NightlyHistoryRow row, ContenderStyles styles)
    {
        string contender = row.Setting.Split(',', 2)[0];
        return row.Kind == NightlyKind.Speed ? styles.FindKind(contender.Split('-', 2)[0]) : styles.Find(contender)?.Method;
    }

    private static FigurePanel Panel(
        PixelRect place,
        string title,
        string[] titles,
        NightlyHistoryRow[] rows,
        DateTime[] nights,
        ContenderStyles styles
    )
    {
        var panel = new FigurePanel(place, new PixelPadding(46, 12, 34, 20));
        // One setting far from the others, such as two steps of NPSE, must not press these into a line.
        double[] raw = [.. rows.Select(r => r.Value).Where(double.IsFinite)];
        bool log = raw.Length > 0 && raw.Min() > 0 && raw.Max() > 4 * raw.Min();
        double Y(double value) => log ? Math.Log10(value) : value;
        double[] values = [.. raw.Select(Y)];
        double min = values.Length == 0 ? 0 : values.Min(), max = values.Length == 0 ? 1 : values.Max();
        double margin = Math.Max(0.08 * (max - min), log ? 0.02 : 0.01);
        (min, max) = (min - margin, max + margin);
        double beside = 0.03 * (nights.Length - 1);
        panel.Limits(1 - beside, nights.Length + beside, min, max);
        panel.Ticks(
            AxisTicks.Counts(nights.Length, 4),
            !log ? AxisTicks.Linear(min, max, 5, labels: true)
            : max - min > 0.8 ? AxisTicks.Log(min, max, panel.DataRect.Height * 2, labels: true)
            : AxisTicks.WithinDecade(min, max, 5));
        panel.Title(title, titles);
        panel.XName($"night; 1: {nights[0]:yyyy-MM-dd}");
        foreach (IGrouping<string, NightlyHistoryRow> line in rows.GroupBy(r => r.Setting))
        {
            NightlyHistoryRow[] points = [.. line.Where(r => double.IsFinite(Y(r.Value))).OrderBy(r => r.Time)];
            if (points.Length == 0)
            {
                continue;
            }

            Color color = MethodOf(points[0], styles) is MethodStyle kind ? Color.FromHex(kind.Colour) : FigureStyle.Faint;
            double X(NightlyHistoryRow r) => Array.IndexOf(nights, r.Time) + 1;
            Scatter scatter = panel.Plot.Add.Scatter(points.Select(X).ToArray(), points.Select(r => Y(r.Value)).ToArray(), color);
            scatter.LineWidth = 1f;
            scatter.MarkerStyle = FigureStyle.Marker(MarkerShape.FilledCircle, points.Length == 1 ? FigureStyle.MarkerSize : 2.5f, color);
            NightlyHistoryRow[] bad = [.. points.Where(r => r.IsRegression)];
            if (bad.Length == 0)
            {
                continue;
            }

            Scatter crosses = panel.Plot.Add.ScatterPoints(bad.Select(X).ToArray(), bad.Select(r => Y(r.Value)).ToArray(), FigureStyle.Ink);
            crosses.MarkerStyle = FigureStyle.Marker(MarkerShape.Eks, FigureStyle.MarkerSize, FigureStyle.Ink);
        }
        return panel;
    }
}
