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

        const float left = 60, gap = 5;
        string[] columns = Columns(rows);
        rows = [.. rows.Select(r => Completed(r, columns, rows))];
        float side = (FigureStyle.FullWidth - left - 6 - gap * (columns.Length - 1)) / columns.Length;
        int points = Math.Min(MostPointsPerCell, MostPointsPerFigure / rows.Sum(r => r.Cells.Count));
        var titles = new PanelTitles(rows.SelectMany(r => r.Cells).Select(c => c.Title), side);
        var panels = new List<FigurePanel>();
        float top = 2;
        for (int r = 0; r < rows.Count; r++)
        {
            bool titled = r == 0 || !rows[r].Cells.Select(c => c.Title).SequenceEqual(rows[r - 1].Cells.Select(c => c.Title));
            float head = titled ? titles.Height + 7 : 4;
            foreach (PosteriorCell cell in rows[r].Cells)
            {
                float x = left + Array.IndexOf(columns, cell.Contender) * (side + gap);
                var place = new PixelRect(x - left, x + side + 6, top + head + side + AxisHeight, top);
                bool first = ReferenceEquals(cell, rows[r].Cells[0]);
                FigurePanel panel = Panel(rows[r], cell, place, new PixelPadding(left, 6, AxisHeight, head), first, points);
                if (titled)
                {
                    panel.Title(titles.Lines(cell.Title), titles.Size);
                }

                panels.Add(panel);
            }

            top += head + side + AxisHeight;
        }

        string caption =
            $"Posterior draws for one observation a row, at most {points} a cell. {Marks(rows)}Same limits and equal axes in a row."
                + Differences(rows);
        return new Figure("Posterior draws", caption, FigureStyle.FullWidth, (int)Math.Ceiling(top + 2), panels, legend: null);
    }

    // A contender has one column, whichever rows have it; the reference is the first.
    private static string[] Columns(IReadOnlyList<PosteriorRow> rows) =>
    [
        .. rows.SelectMany(r => r.Cells).DistinctBy(c => c.Contender)
            .OrderBy(c => c.Contender == Measurement.Reference ? -1 : c.Style?.Method.Order ?? int.MaxValue)
            .ThenBy(c => c.Style?.Sibling)
            .Select(c => c.Contender),
    ];

    // What another row has and this one lacks is said to be missing: an empty place would look like a contender that drew nothing.
    private static PosteriorRow Completed(PosteriorRow row, string[] columns, IReadOnlyList<PosteriorRow> rows) => row with
    {
        Cells =
        [
            .. columns.Select(c => row.Cells.FirstOrDefault(cell => cell.Contender == c)
                ?? Empty(rows.SelectMany(r => r.Cells).First(cell => cell.Contender == c))),
        ],
    };

    private static PosteriorCell Empty(PosteriorCell cell) => cell with { X = [], Y = [], Chains = [], Hole = "not measured" };

    private static string Marks(IReadOnlyList<PosteriorRow> rows)
    {
        string[] marks = [.. rows.Where(r => r.Truth is not null).Select(r => r.MarkName).Distinct()];
        return marks.Length == 0 ? "" : $"Cross: the {string.Join(" or the ", marks)}, as the row says. ";
    }

    // Two experiments may show one contender with different numbers of steps.
    private static string Differences(IReadOnlyList<PosteriorRow> rows)
    {
        string[] different =
        [
            .. rows.SelectMany(r => r.Cells).GroupBy(c => c.Contender).Select(c => c.Select(cell => cell.Title).Distinct().ToArray())
                .Where(titles => titles.Length > 1).Select(titles => string.Join(" or ", titles)),
        ];
        return different.Length == 0
            ? ""
            : $" The rows differ in steps: {string.Join("; ", different)}.";
    }

    private static FigurePanel Panel(
        PosteriorRow row,
        PosteriorCell cell,
        PixelRect place,
        PixelPadding padding,
        bool first,
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
        panel.XName(row.XName);
        if (first)
        {
            Name(panel, row);
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

    // What the row shows, in one line or two, the vertical coordinate, and below the cross and what it marks.
    private static void Name(FigurePanel panel, PosteriorRow row)
    {
        // The next row's title begins where this row's axis ends.
        int lines = panel.RowName(row.Title, 7, panel.DataRect.Height + AxisHeight - 16);
        panel.Turned(row.YName, Math.Max(22, 9 + lines * FigurePanel.RowLine), FigureStyle.LabelSize, FigureStyle.Ink);
        if (row.Truth is not null)
        {
            panel.Texts.Add(new FigureText(
                $"× {row.MarkName}", new Pixel(2, panel.DataRect.Bottom + 18), FigureStyle.PointLabelSize, FigureStyle.Ink,
                Alignment.UpperLeft));
        }
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
