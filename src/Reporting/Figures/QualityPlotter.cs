using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>Draws curves with bands, the published ones behind them and the floor, and collects what the legend must explain.</summary>
internal sealed class QualityPlotter
{
    // Behind the contenders, whatever kinds there are.
    private static readonly (int, int) s_rankOfBand = (int.MaxValue, 0);
    private static readonly (int, int) s_rankOfFloor = (int.MaxValue, 1);

    private readonly SortedDictionary<((int Kind, int Sibling) Rank, int Steps, string Text), LegendEntry> _entries = [];

    public IEnumerable<LegendEntry> Legend => _entries.Values;

    /// <summary>Limits that hold everything that is drawn, with a margin.</summary>
    public static (double XMin, double XMax, double YMin, double YMax) LimitsOf(IReadOnlyList<QualityCurve> curves, double? floor)
    {
        CurvePoint[] points = curves.SelectMany(c => c.Points).ToArray();
        if (points.Length == 0)
        {
            return (0, 1, 0.5, 1);
        }

        double xMin = points.Min(p => p.X), xMax = points.Max(p => p.X);
        double yMin = points.Min(p => p.Low), yMax = points.Max(p => p.High);
        if (floor is { } f)
        {
            (yMin, yMax) = (Math.Min(yMin, f), Math.Max(yMax, f));
        }

        double xMargin = Math.Max(0.06 * (xMax - xMin), 0.03), yMargin = Math.Max(0.08 * (yMax - yMin), 0.002);
        return (xMin - xMargin, xMax + xMargin, yMin - yMargin, yMax + yMargin);
    }

    public void Draw(FigurePanel panel, IReadOnlyList<QualityCurve> curves, Summary floor, string bandText, bool label)
    {
        if (floor.HasValue)
        {
            HorizontalLine line = panel.Plot.Add.HorizontalLine(floor.Mean, 0.9f, FigureStyle.Ink, LinePattern.Solid);
            line.LineStyle.AntiAlias = true;
            Explain(
                s_rankOfFloor,
                new LegendEntry("reference against itself", FigureStyle.Ink) { Line = LinePattern.Solid, LineWidth = 0.9f }
            );
        }
        foreach (QualityCurve? curve in curves.Where(c => c.Published))
        {
            DrawPublished(panel, curve);
        }

        foreach (QualityCurve? curve in curves.Where(c => !c.Published))
        {
            DrawBand(panel, curve, bandText);
        }

        foreach (QualityCurve? curve in curves.Where(c => !c.Published))
        {
            DrawOurs(panel, curve);
        }

        if (label)
        {
            Label(panel, curves);
        }
    }

    private void DrawPublished(FigurePanel panel, QualityCurve curve)
    {
        Color color = FigureStyle.ColorOf(curve.Contender).WithAlpha(.5);
        Scatter scatter = panel.Plot.Add.Scatter(Xs(curve), Ys(curve), color);
        bool further = curve.SourceRank > 0;
        scatter.LineWidth = curve.Points.Count > 1 ? (further ? 0.6f : 1f) : 0;
        scatter.LinePattern = further ? FigureStyle.LongDash : curve.Secondary ? FigureStyle.Dash : FigureStyle.Dots;
        scatter.MarkerStyle = FigureStyle.Marker(further ? MarkerShape.Asterisk : FigureStyle.OpenMarkerOf(curve.Contender), 4.5f, color);
        Explain(RankOfPaper(curve.SourceRank), new LegendEntry($"paper, {curve.Source}, same colours", FigureStyle.Faint)
        {
            Line = further ? null : FigureStyle.Dots,
            LineWidth = 1f,
            Marker = further ? MarkerShape.Asterisk : MarkerShape.OpenCircle,
        });
    }

    private void DrawBand(FigurePanel panel, QualityCurve curve, string bandText)
    {
        if (curve.Points.All(p => p.High <= p.Low))
        {
            return;
        }

        Color color = FigureStyle.ColorOf(curve.Contender);
        if (curve.Points.Count == 1)
        {
            CurvePoint p = curve.Points[0];
            ErrorBar bar = panel.Plot.Add.ErrorBar([p.X], [p.Y], [0.0]);
            // Quantiles are not symmetric about the mean.
            (bar.YErrorPositive, bar.YErrorNegative) = ([p.High - p.Y], [p.Y - p.Low]);
            bar.Color = color;
            bar.LineWidth = 1.2f;
            bar.CapSize = 3;
        }
        else
        {
            FillY fill = panel.Plot.Add.FillY(Xs(curve), [.. curve.Points.Select(p => p.Low)], [.. curve.Points.Select(p => p.High)]);
            fill.FillColor = color.WithAlpha(.22);
            fill.LineWidth = 0;
            fill.MarkerSize = 0;
        }
        Explain(s_rankOfBand, new LegendEntry(bandText, FigureStyle.Faint) { Band = true });
    }

    private void DrawOurs(FigurePanel panel, QualityCurve curve)
    {
        Color color = FigureStyle.ColorOf(curve.Contender);
        bool line = curve.Points.Count > 1;
        MarkerShape marker = curve.Secondary ? FigureStyle.OpenMarkerOf(curve.Contender) : FigureStyle.MarkerOf(curve.Contender);
        LinePattern pattern = curve.Secondary ? FigureStyle.Dash
            : curve.Steps is null || curve.Contender.Sibling > 0 ? FigureStyle.PatternOf(curve.Contender) : LinePattern.Solid;
        Scatter scatter = panel.Plot.Add.Scatter(Xs(curve), Ys(curve), color);
        scatter.LineWidth = line ? FigureStyle.LineWidth : 0;
        scatter.LinePattern = pattern;
        scatter.MarkerStyle = FigureStyle.Marker(marker, FigureStyle.MarkerSize, color);
        string name = curve.Steps is { } steps ? curve.Contender.Setting(steps) : curve.Contender.Label;
        (int, int) rank = (curve.Contender.Method.Order, curve.Contender.Sibling);
        Explain(rank, new LegendEntry(name, color) { Line = line ? pattern : null, Marker = marker }, curve.Steps ?? 0);
    }

    // The ends and the best point of a curve are what a reader looks for; the others are labelled where there is room.
    private static void Label(FigurePanel panel, IReadOnlyList<QualityCurve> curves)
    {
        var placer = new LabelPlacer(panel.DataRect);
        foreach (QualityCurve curve in curves)
        {
            Pixel[] pixels = curve.Points.Select(p => panel.ToPixel(p.X, p.Y)).ToArray();
            foreach (Pixel pixel in pixels)
            {
                placer.AvoidMarker(pixel, curve.Published ? 4f : FigureStyle.MarkerSize + 1.5f);
            }

            placer.AvoidLine(pixels);
        }
        IEnumerable<(QualityCurve Curve, CurvePoint Point, bool Required)> labelled = curves
            .Where(c => !c.Published && c.Contender.HasSteps).SelectMany(c =>
        {
            CurvePoint? best = c.Points.MinBy(p => p.Y);
            return c.Points.Select((p, i) => (Curve: c, Point: p, Required: i == 0 || i == c.Points.Count - 1 || p == best));
        });
        foreach ((QualityCurve? curve, CurvePoint? point, bool required) in labelled.OrderByDescending(l => l.Required))
        {
            Color color = FigureStyle.ColorOf(curve.Contender).Darken(.2);
            if (placer.Place(point.Label, panel.ToPixel(point.X, point.Y), color, required) is { } text)
            {
                panel.Texts.Add(text);
            }
        }
    }

    // All further sources look alike, whichever place they have among those of a contender.
    private static (int, int) RankOfPaper(int source) => (int.MaxValue, 2 + Math.Min(source, 1));

    private void Explain((int Kind, int Sibling) rank, LegendEntry entry, int steps = 0) =>
        _entries.TryAdd((rank, steps, entry.Text), entry);

    private static double[] Xs(QualityCurve curve) => [.. curve.Points.Select(p => p.X)];

    private static double[] Ys(QualityCurve curve) => [.. curve.Points.Select(p => p.Y)];
}
