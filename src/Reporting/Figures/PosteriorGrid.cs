using ScottPlot;

namespace Reproduce.Reporting;

/// <summary>Posterior draws, a row per task or observation, a column per contender (the paper's Figure 2).</summary>
public static class PosteriorGrid
{
    internal const int MostPointsPerCell = 1500;

    private const float AxisHeight = 34;

    // Keeps the SVG below 2 MB.
    private const int MostPointsPerFigure = 36000;

    /// <summary>Makes the figure; of more draws than a cell shows, evenly spaced ones are taken.</summary>
    public static Figure Create(IReadOnlyList<PosteriorRow> rows)
    {
        if (rows.Count == 0)
        {
            throw new ArgumentException("rows: expected at least one", nameof(rows));
        }

        const float left = 56, gap = 5, titleHeight = 20;
        int columns = rows.Max(r => r.Cells.Count);
        float side = (FigureStyle.FullWidth - left - 6 - gap * (columns - 1)) / columns;
        int points = Math.Min(MostPointsPerCell, MostPointsPerFigure / rows.Sum(r => r.Cells.Count));
        var panels = new List<FigurePanel>();
        float top = 2;
        for (int r = 0; r < rows.Count; r++)
        {
            bool titled = r == 0 || !rows[r].Cells.Select(c => c.Title).SequenceEqual(rows[r - 1].Cells.Select(c => c.Title));
            float head = titled ? titleHeight : 4;
            for (int c = 0; c < rows[r].Cells.Count; c++)
            {
                float x = left + c * (side + gap);
                var place = new PixelRect(x - left, x + side + 6, top + head + side + AxisHeight, top);
                panels.Add(Panel(rows[r], rows[r].Cells[c], place, new PixelPadding(left, 6, AxisHeight, head), c == 0, titled, points));
            }
            top += head + side + AxisHeight;
        }
        string caption =
            $"Posterior draws for one observation a row, at most {points} a cell; cross: the true parameter. Same limits and equal axes "
                + $"in a row.";
        return new Figure("Posterior draws", caption, FigureStyle.FullWidth, (int)Math.Ceiling(top + 2), panels, legend: null);
    }

    private static FigurePanel Panel(
        PosteriorRow row,
        PosteriorCell cell,
        PixelRect place,
        PixelPadding padding,
        bool first,
        bool titled,
        int points
    )
    {
        (double x, double y, double half) = row.View ?? FitTo(row);
        var panel = new FigurePanel(place, padding);
        panel.Frame();
        panel.Plot.HideGrid();
        panel.Limits(x - half, x + half, y - half, y + half);
        // No ticks near the corners: there the labels of neighbouring cells would meet.
        double inner = 0.84 * half;
        panel.Ticks(AxisTicks.Linear(x - inner, x + inner, 3, labels: true), AxisTicks.Linear(y - inner, y + inner, 3, labels: first));
        if (titled)
        {
            panel.Title(cell.Title, row.Cells.Select(c => c.Title));
        }

        panel.XName(row.XName);
        if (first)
        {
            // The next row's title begins where this row's axis ends.
            float size = FigurePanel.Fitting(row.Title, FigureStyle.LabelSize, panel.DataRect.Height + AxisHeight);
            panel.Texts.Add(
                new FigureText(row.Title, new Pixel(8, panel.DataRect.VerticalCenter), size, FigureStyle.Ink, Alignment.MiddleCenter, -90)
            );
            panel.Texts.Add(
                new FigureText(
                    row.YName,
                    new Pixel(22, panel.DataRect.VerticalCenter),
                    FigureStyle.LabelSize,
                    FigureStyle.Ink,
                    Alignment.MiddleCenter,
                    -90
                )
            );
        }
        Color color = cell.Style is null ? FigureStyle.Ink : FigureStyle.ColorOf(cell.Style);
        if (cell.Chains.Length > 0)
        {
            Coordinates[][] chains = cell.Chains.Select(chain => chain.Select(p => new Coordinates(p[0], p[1])).ToArray()).ToArray();
            panel.Plot.Add.Plottable(new PolylineCloud(chains, color.WithAlpha(.14), 0.8f, chains.Length));
        }
        if (cell.X.Length > 0)
        {
            panel.Plot.Add.Plottable(PolylineCloud.Points(Thin(cell.X, points), Thin(cell.Y, points), color.WithAlpha(.4), 1.8f));
        }
        if (row.Truth is { } truth && cell.Hole is null)
        {
            MarkTruth(panel, truth.X, truth.Y);
        }

        if (cell.Hole is not null || (cell.X.Length == 0 && cell.Chains.Length == 0))
        {
            panel.Hole(cell.Hole ?? "not measured");
        }

        return panel;
    }

    // Ink on a white halo: visible on empty and on crowded ground.
    private static void MarkTruth(FigurePanel panel, double x, double y)
    {
        panel.Plot.Add.Marker(x, y, MarkerShape.Eks, 8, Colors.White).LineWidth = 3.2f;
        panel.Plot.Add.Marker(x, y, MarkerShape.Eks, 7, FigureStyle.Ink).LineWidth = 1.3f;
    }

    // A square around the reference with a margin, so that a contender that spreads too far is seen to do so.
    private static (double X, double Y, double Half) FitTo(PosteriorRow row)
    {
        PosteriorCell? cell = row.Cells.FirstOrDefault(c => c.X.Length > 0 || c.Chains.Length > 0);
        if (cell is null)
        {
            return (0, 0, 1);
        }

        double[] xs = [.. cell.X, .. cell.Chains.SelectMany(c => c).Select(p => p[0])],
            ys = [.. cell.Y, .. cell.Chains.SelectMany(c => c).Select(p => p[1])];
        double half = 0.65 * Math.Max(xs.Max() - xs.Min(), ys.Max() - ys.Min());
        return ((xs.Max() + xs.Min()) / 2, (ys.Max() + ys.Min()) / 2, half > 0 ? half : 1);
    }

    internal static double[] Thin(double[] values, int most)
    {
        if (values.Length <= most)
        {
            return values;
        }

        return [.. Enumerable.Range(0, most).Select(i => values[(int)((long)i * values.Length / most)])];
    }
}
