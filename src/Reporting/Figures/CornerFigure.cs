using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>
/// Pairs of all parameters below the diagonal and each alone on it: a contender's draws over the reference draws and the true parameters.
/// </summary>
public static class CornerFigure
{
    /// <summary>More parameters have too many pairs to read.</summary>
    public const int MostParameters = 9;

    internal const int Bins = 24;

    private const float Left = 62, TickRoom = 15, NameLine = 11, Right = 12, Gap = 6;
    private const int MostPointsPerFigure = 30000, MostPointsPerCell = 1200;

    // A few draws far out must not press the others into a corner.
    private const double Tail = 0.005;

    /// <summary>Makes the figure.</summary>
    /// <param name="corner">What it shows.</param>
    public static Figure Create(CornerPlot corner)
    {
        ArgumentNullException.ThrowIfNull(corner);
        int count = corner.Labels.Count;
        if (count is < 1 or > MostParameters)
        {
            throw new ArgumentException($"corner: expected 1 to {MostParameters} parameters, got {count}", nameof(corner));
        }

        Color color = FigureStyle.ColorOf(corner.Contender);
        List<LegendEntry> entries = [new(corner.Setting, color) { Marker = MarkerShape.FilledCircle }];
        if (corner.Reference is not null)
        {
            string name = corner.IsReferenceExact ? "exact posterior" : "reference draws";
            entries.Add(new(name, FigureStyle.Faint) { Marker = MarkerShape.FilledCircle });
        }

        if (corner.Truth is not null)
        {
            entries.Add(new("true value", FigureStyle.Ink) { Marker = MarkerShape.Eks });
        }

        int width = count < 4 ? FigureStyle.ColumnWidth + 60 * Math.Max(0, count - 2) : FigureStyle.FullWidth;
        var legend = new FigureLegend(entries, width);
        float side = (width - Left - Right - Gap * (count - 1)) / count;
        (double Min, double Max)[] limits = [.. Enumerable.Range(0, count).Select(d => Limits(corner, d))];
        int points = Math.Min(MostPointsPerCell, MostPointsPerFigure / Math.Max(1, count * (count - 1)));
        var names = new PanelTitles(corner.Labels, side + Gap - 4);
        float bottom = TickRoom + NameLine * corner.Labels.Max(l => names.Lines(l).Count) + 6;
        List<FigurePanel> panels = [];
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                float x = Left + column * (side + Gap), y = legend.Height + 4 + row * (side + Gap);
                FigurePanel panel = new(
                    new PixelRect(x - Left, x + side + Right, y + side + bottom, y),
                    new PixelPadding(Left, Right, bottom, 0)
                );
                panel.Frame();
                panel.Plot.HideGrid();
                Axes(panel, limits[column], limits[row], row == column, labelX: row == count - 1, labelY: column == 0 && row > 0);
                if (row == column)
                {
                    Alone(panel, corner, row, limits[row], color);
                }
                else
                {
                    Pair(panel, corner, column, row, points, color);
                }

                Names(panel, names, corner.Labels, row, column, count);
                panels.Add(panel);
            }
        }

        string caption =
            $"Draws of {corner.Setting} for {corner.Observation}"
            + (count == 1 ? "" : ": each parameter alone and all pairs")
            + (corner.Reference is null ? ""
                : corner.IsReferenceExact ? ", over draws of the exact posterior (grey)"
                : ", over the reference draws (grey)")
            + (corner.Truth is null ? "" : ". Cross and upright line: the true parameters")
            + ". One draw in two hundred at each end may lie outside.";
        int height = (int)Math.Ceiling(legend.Height + 4 + count * side + (count - 1) * Gap + bottom);
        return new Figure($"Corner plot, {corner.Setting}", caption, width, height, panels, legend);
    }

    private static (double Min, double Max) Limits(CornerPlot corner, int parameter)
    {
        double[][] samples = [corner.Draws[parameter], .. corner.Reference is { } r ? [r[parameter]] : Array.Empty<double[]>()];
        double min = samples.Min(s => SampleStatistics.Quantile(s, Tail)), max = samples.Max(s => SampleStatistics.Quantile(s, 1 - Tail));
        if (corner.Truth is { } truth)
        {
            (min, max) = (Math.Min(min, truth[parameter]), Math.Max(max, truth[parameter]));
        }

        double margin = Math.Max(0.06 * (max - min), 1e-9);
        return (min - margin, max + margin);
    }

    private static void Axes(
        FigurePanel panel, (double Min, double Max) x, (double Min, double Max) y, bool diagonal, bool labelX, bool labelY)
    {
        panel.Limits(x.Min, x.Max, diagonal ? 0 : y.Min, diagonal ? 1 : y.Max);
        (double xMin, double xMax) = Inner(x);
        (double yMin, double yMax) = Inner(y);
        panel.Ticks(
            AxisTicks.Linear(xMin, xMax, 3, labelX),
            diagonal ? new ScottPlot.TickGenerators.NumericManual() : AxisTicks.Linear(yMin, yMax, 3, labelY));
    }

    // No ticks near the corners: there the labels of neighbouring cells would meet.
    private static (double Min, double Max) Inner((double Min, double Max) limits)
    {
        double edge = 0.1 * (limits.Max - limits.Min);
        return (limits.Min + edge, limits.Max - edge);
    }

    private static void Pair(FigurePanel panel, CornerPlot corner, int x, int y, int points, Color color)
    {
        if (corner.Reference is { } reference)
        {
            Cloud(reference, FigureStyle.Faint.WithAlpha(.4));
        }

        Cloud(corner.Draws, color.WithAlpha(.4));
        if (corner.Truth is { } truth)
        {
            panel.Plot.Add.Marker(truth[x], truth[y], MarkerShape.Eks, 7, Colors.White).LineWidth = 3.2f;
            panel.Plot.Add.Marker(truth[x], truth[y], MarkerShape.Eks, 6, FigureStyle.Ink).LineWidth = 1.3f;
        }

        void Cloud(IReadOnlyList<double[]> draws, Color shade) => panel.Plot.Add.Plottable(
            PolylineCloud.Points(PosteriorGrid.Thin(draws[x], points), PosteriorGrid.Thin(draws[y], points), shade, 1.8f));
    }

    // Densities in one scale: two histograms of different numbers of draws can be compared.
    private static void Alone(FigurePanel panel, CornerPlot corner, int parameter, (double Min, double Max) limits, Color color)
    {
        double[] draws = Histogram(corner.Draws[parameter], limits);
        double[] reference = corner.Reference is { } r ? Histogram(r[parameter], limits) : [];
        double top = 1.08 * Math.Max(draws.Max(), reference.DefaultIfEmpty(0).Max());
        Steps(reference, FigureStyle.Faint, 0.3f);
        Steps(draws, color, 0.3f);
        if (corner.Truth is { } known)
        {
            VerticalLine truth = panel.Plot.Add.VerticalLine(known[parameter], 1f, FigureStyle.Ink, LinePattern.Solid);
            truth.LineStyle.AntiAlias = true;
        }

        void Steps(double[] heights, Color shade, float alpha)
        {
            if (heights.Length == 0)
            {
                return;
            }

            double width = (limits.Max - limits.Min) / heights.Length;
            double[] xs = [.. Enumerable.Range(0, heights.Length).SelectMany(i => new[] { i, i + 1 }).Select(i => limits.Min + i * width)];
            double[] ys = [.. heights.SelectMany(h => new[] { h / top, h / top })];
            FillY fill = panel.Plot.Add.FillY(xs, [.. xs.Select(_ => 0.0)], ys);
            fill.FillColor = shade.WithAlpha(alpha);
            fill.LineWidth = 0;
            fill.MarkerSize = 0;
            panel.Plot.Add.ScatterLine(xs, ys, shade).LineWidth = 1f;
        }
    }

    /// <summary>Parts of all draws in equal bins; what lies outside of the limits counts for the whole and is not shown.</summary>
    internal static double[] Histogram(double[] values, (double Min, double Max) limits)
    {
        double[] parts = new double[Bins];
        foreach (double value in values)
        {
            int bin = (int)Math.Floor((value - limits.Min) / (limits.Max - limits.Min) * Bins);
            if (bin is >= 0 and < Bins)
            {
                parts[bin] += 1.0 / values.Length;
            }
        }

        return parts;
    }

    private static void Names(FigurePanel panel, PanelTitles names, IReadOnlyList<string> labels, int row, int column, int count)
    {
        IReadOnlyList<string> across = names.Lines(labels[column]), up = names.Lines(labels[row]);
        float size = Math.Min(names.Size, FigureStyle.LabelSize);
        for (int i = 0; row == count - 1 && i < across.Count; i++)
        {
            panel.Texts.Add(new FigureText(
                across[i],
                new Pixel(panel.DataRect.HorizontalCenter, panel.DataRect.Bottom + TickRoom + i * NameLine),
                size,
                FigureStyle.Ink,
                Alignment.UpperCenter
            ));
        }

        for (int i = 0; column == 0 && row > 0 && i < up.Count; i++)
        {
            panel.Texts.Add(new FigureText(
                up[i], new Pixel(7 + i * NameLine, panel.DataRect.VerticalCenter), size, FigureStyle.Ink, Alignment.MiddleCenter, -90));
        }
    }
}
