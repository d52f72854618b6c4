using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>Calibration of the posteriors, a row per contender, a column per parameter.</summary>
public static class CalibrationFigures
{
    /// <summary>ECDF difference of the SBC ranks with simultaneous bands: a calibrated posterior stays inside the band.</summary>
    /// <param name="panels">One per contender and parameter; rows and columns follow their order.</param>
    /// <param name="coverage">Simultaneous coverage of the bands, such as 0.95.</param>
    public static Figure EcdfDifference(IReadOnlyList<EcdfPanel> panels, double coverage)
    {
        string caption =
            $"Simulation-based calibration: difference of the ranks' distribution function from the uniform one. Grey: "
                + $"{Percent(coverage)} simultaneous band of a calibrated posterior. "
            + "A curve above the band at the left and below it at the right shows posteriors that are too narrow, the reverse too wide.";
        double top = 1.08 * panels.SelectMany(p => p.Difference.Concat(p.Lower).Concat(p.Upper)).Select(Math.Abs).DefaultIfEmpty(1).Max();
        return Make(
            "SBC: ECDF difference",
            caption,
            panels,
            "fractional rank",
            "ECDF difference",
            square: false,
            ownAxes: false,
            (panel, p, grid, row, column) =>
            {
                panel.Limits(0, 1, -top, top);
                grid.UnitTicks(panel, row, column, (-top, top));
                FillY band = panel.Plot.Add.FillY(p.Grid, p.Lower, p.Upper);
                band.FillColor = FigureStyle.Faint.WithAlpha(.3);
                band.LineWidth = 0;
                band.MarkerSize = 0;
                panel.Plot.Add.HorizontalLine(0, 0.8f, FigureStyle.Ink, LinePattern.Solid);
                panel.Plot.Add.ScatterLine(p.Grid, p.Difference, FigureStyle.ColorOf(p.Contender)).LineWidth = 1.4f;
            }
        );
    }

    /// <summary>Rank histograms with the band of a uniform distribution.</summary>
    /// <param name="panels">One per contender and parameter; rows and columns follow their order.</param>
    /// <param name="coverage">Pointwise coverage of the band, such as 0.99.</param>
    public static Figure RankHistograms(IReadOnlyList<RankHistogramPanel> panels, double coverage)
    {
        string caption =
            $"Simulation-based calibration: ranks of the true parameters among the posterior draws. Grey: {Percent(coverage)} band of "
                + $"each bar for a calibrated posterior. "
            + "A valley shows posteriors that are too narrow, a hill too wide.";
        double top = 1.08 * panels.SelectMany(p => p.Counts.Select(c => (double)c).Concat(p.Upper)).DefaultIfEmpty(1).Max();
        return Make(
            "SBC: rank histograms",
            caption,
            panels,
            "fractional rank",
            "test sets",
            square: false,
            ownAxes: false,
            (panel, p, grid, row, column) =>
            {
                panel.Limits(0, 1, 0, top);
                grid.UnitTicks(panel, row, column, (0, top));
                panel.Plot.HideGrid();
                double width = 1.0 / p.Counts.Length;
                IEnumerable<Bar> bars = p.Counts.Select(
                    (c, i) =>
                        new Bar
                        {
                            Position = (i + 0.5) * width,
                            Value = c,
                            Size = width * 0.9,
                            FillColor = FigureStyle.ColorOf(p.Contender).WithAlpha(.75),
                            LineWidth = 0,
                        }
                );
                foreach ((int first, int count) in Runs(p))
                {
                    Rectangle band = panel.Plot.Add.Rectangle(first * width, (first + count) * width, p.Lower[first], p.Upper[first]);
                    band.FillColor = FigureStyle.Faint.WithAlpha(.3);
                    band.LineWidth = 0;
                }

                panel.Plot.Add.Bars(bars.ToArray());
            }
        );
    }

    // Neighbours with the same range share a rectangle: two that touch would show a seam.
    private static IEnumerable<(int First, int Count)> Runs(RankHistogramPanel panel)
    {
        for (int first = 0, next; first < panel.Lower.Length; first = next)
        {
            next = first + 1;
            while (next < panel.Lower.Length && (panel.Lower[next], panel.Upper[next]) == (panel.Lower[first], panel.Upper[first]))
            {
                next++;
            }

            yield return (first, next - first);
        }
    }

    /// <summary>Posterior medians with intervals against the true parameters: a perfect recovery lies on the diagonal.</summary>
    /// <param name="panels">One per contender and parameter; rows and columns follow their order.</param>
    /// <param name="interval">Mass of the central intervals, such as 0.9.</param>
    public static Figure Recovery(IReadOnlyList<RecoveryPanel> panels, double interval)
    {
        string caption =
            $"Recovery: posterior median against the true parameter of each test set; bars: central {Percent(interval)} intervals.";
        var limits = panels.GroupBy(p => p.Parameter).ToDictionary(g => g.Key, g => Limits(g));
        return Make(
            "Parameter recovery",
            caption,
            panels,
            "true value",
            "posterior median",
            square: true,
            ownAxes: true,
            (panel, p, grid, row, column) =>
            {
                (double min, double max) = limits[p.Parameter];
                panel.Limits(min, max, min, max);
                grid.Ticks(panel, row, column, (min, max), (min, max), 3);
                panel.Plot.HideGrid();
                panel.Plot.Add.Line(min, min, max, max).LineStyle = new LineStyle(0.8f, FigureStyle.Ink, LinePattern.Solid);
                Color color = FigureStyle.ColorOf(p.Contender);
                Coordinates[][] intervals = p
                    .Truth.Select((t, i) => new[] { new Coordinates(t, p.Lower[i]), new Coordinates(t, p.Upper[i]) })
                    .ToArray();
                panel.Plot.Add.Plottable(new PolylineCloud(intervals, color.WithAlpha(.3), 0.7f, 4));
                panel.Plot.Add.Plottable(PolylineCloud.Points(p.Truth, p.Median, color.WithAlpha(.8), 2.4f, 4));
            }
        );
    }

    private static Figure Make<T>(
        string title,
        string caption,
        IReadOnlyList<T> panels,
        string xName,
        string yName,
        bool square,
        bool ownAxes,
        Action<FigurePanel, T, PanelGrid, int, int> draw
    )
        where T : CalibrationPanel
    {
        if (panels.Count == 0)
        {
            throw new ArgumentException("panels: expected at least one", nameof(panels));
        }

        var rows = panels.Select(p => p.RowName).Distinct().ToList();
        var columns = panels.Select(p => p.Parameter).Distinct().ToList();
        var grid = new PanelGrid(rows.Count, columns, legend: 0, square, ownAxes);
        var drawn = new List<FigurePanel>();
        foreach (T p in panels)
        {
            int row = rows.IndexOf(p.RowName), column = columns.IndexOf(p.Parameter);
            FigurePanel panel = grid.Panel(row, column, p.RowName, p.Parameter, xName, yName);
            draw(panel, p, grid, row, column);
            drawn.Add(panel);
        }
        return new Figure(title, caption, grid.Width, grid.Height, drawn, legend: null);
    }

    // The range of truths and medians; intervals may leave it, else one wide interval would hide everything.
    private static (double Min, double Max) Limits(IEnumerable<RecoveryPanel> panels)
    {
        double[] values = panels.SelectMany(p => p.Truth.Concat(p.Median)).ToArray();
        double margin = 0.08 * Math.Max(values.Max() - values.Min(), 1e-9);
        return (values.Min() - margin, values.Max() + margin);
    }

    private static string Percent(double fraction) => $"{NumberText.Significant(100 * fraction, 2)} %";
}
