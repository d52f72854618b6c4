using ScottPlot;
using ScottPlot.Plottables;

namespace Reproduce.Reporting;

/// <summary>Draws curves with bands, the published ones behind them and the floor, and collects what the legend must explain.</summary>
/// <param name="numbers">Whether numbers of steps will stand beside the points.</param>
internal sealed class QualityPlotter(bool numbers)
{
    // What a lone point is larger by than those on a line, which have it to show where they are.
    private const float LoneMarker = 1.4f;

    // Behind the contenders, whatever kinds there are.
    private static readonly (int, int) s_rankOfBand = (int.MaxValue, 0);
    private static readonly (int, int) s_rankOfFloor = (int.MaxValue, 1);
    private static readonly (int, int) s_rankOfBackdrop = (int.MaxValue, 2);

    private readonly SortedDictionary<((int Kind, int Sibling) Rank, int Steps, string Text), LegendEntry> _entries = [];

    // Names of the paper's figures, those of a contender's first curve and those of further ones.
    private readonly SortedSet<string> _papers = new(StringComparer.Ordinal), _further = new(StringComparer.Ordinal);

    public IEnumerable<LegendEntry> Legend => [.. _entries.Values, .. Numbers(), .. Papers()];

    /// <summary>
    /// Whether the floor is near enough to the curves to be drawn: where it would press them into less than half of a panel, the panel
    /// says in words where it is.
    /// </summary>
    public static bool IsInView(IReadOnlyList<QualityCurve> curves, Summary floor)
    {
        CurvePoint[] points = [.. curves.SelectMany(c => c.Points)];
        return floor.HasValue
            && (points.Length == 0 || points.Max(p => p.High) - points.Min(p => p.Low) >= 0.5 * (points.Max(p => p.High) - floor.Mean));
    }

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

    public void Draw(FigurePanel panel, IReadOnlyList<QualityCurve> curves, Summary floor, bool isFloorInView, string bandText)
    {
        if (floor.HasValue && !isFloorInView)
        {
            SayFloor(panel, NumberText.Fixed(floor.Mean, 2) + " ↓");
        }
        else if (floor.HasValue)
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

        // A lone point would be lost behind a line.
        foreach (QualityCurve? curve in curves.Where(c => !c.Published).OrderByDescending(c => c.Points.Count > 1))
        {
            DrawOurs(panel, curve);
        }
    }

    /// <summary>Draws the lines of other curves thin and grey behind those of a panel, to compare with.</summary>
    public void DrawBackdrop(FigurePanel panel, IEnumerable<QualityCurve> curves)
    {
        foreach (QualityCurve curve in curves.Where(c => !c.Published && c.Points.Count > 1))
        {
            Scatter line = panel.Plot.Add.ScatterLine(Xs(curve), Ys(curve), FigureStyle.Backdrop);
            line.LineWidth = 0.9f;
            Explain(
                s_rankOfBackdrop,
                new LegendEntry("the other contenders", FigureStyle.Backdrop) { Line = LinePattern.Solid, LineWidth = 0.9f }
            );
        }
    }

    // A panel of a sixth of the page has no room for the whole sentence.
    private static void SayFloor(FigurePanel panel, string below)
    {
        string text = $"reference against itself: {below}";
        float Size() => FigurePanel.Fitting(text, FigureStyle.PointLabelSize, panel.DataRect.Width - 4);
        if (Size() < FigureStyle.PointLabelSize)
        {
            text = $"reference: {below}";
        }

        Pixel corner = new(panel.DataRect.Left + 4, panel.DataRect.Bottom - 3);
        panel.Texts.Add(new FigureText(text, corner, Size(), FigureStyle.Ink, Alignment.LowerLeft));
    }

    private void DrawPublished(FigurePanel panel, QualityCurve curve)
    {
        Color color = FigureStyle.ColorOf(curve.Contender).WithAlpha(.5);
        Scatter scatter = panel.Plot.Add.Scatter(Xs(curve), Ys(curve), color);
        bool further = curve.SourceRank > 0;
        // A line between two points, or between two of another figure's, would show a course that nobody published.
        scatter.LineWidth = curve.IsJoined ? 1f : 0;
        scatter.LinePattern = curve.Secondary ? FigureStyle.Dash : FigureStyle.Dots;
        scatter.MarkerStyle = FigureStyle.Marker(further ? MarkerShape.Asterisk : FigureStyle.OpenMarkerOf(curve.Contender), 4.5f, color);
        (further ? _further : _papers).Add(curve.Source);
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
        scatter.MarkerStyle = FigureStyle.Marker(marker, FigureStyle.MarkerSize * (line ? 1 : LoneMarker), color);
        if (!line)
        {
            scatter.MarkerStyle.OutlineColor = FigureStyle.Ink;
        }

        string name = curve.Steps is { } steps ? curve.Contender.Setting(steps) : curve.Contender.Label;
        (int, int) rank = (curve.Contender.Method.Order, curve.Contender.Sibling);
        Explain(rank, new LegendEntry(name, color) { Line = line ? pattern : null, Marker = marker }, curve.Steps ?? 0);
    }

    private IEnumerable<LegendEntry> Numbers() => numbers && _entries.Keys.Any(k => k.Rank.Kind < int.MaxValue)
        ? [new LegendEntry("sampling steps", FigureStyle.Ink) { Sample = "10" }]
        : [];

    private IEnumerable<LegendEntry> Papers()
    {
        if (_papers.Count > 0)
        {
            yield return new LegendEntry($"paper, {Joined(_papers)}, same colours", FigureStyle.Faint)
            {
                Line = FigureStyle.Dots,
                LineWidth = 1f,
                Marker = MarkerShape.OpenCircle,
            };
        }

        if (_further.Count > 0)
        {
            yield return new LegendEntry($"the same, paper's {Joined(_further)}", FigureStyle.Faint) { Marker = MarkerShape.Asterisk };
        }
    }

    // "Figures 3 and 4".
    private static string Joined(SortedSet<string> names)
    {
        const string figure = "Figure ";
        return names.Count > 1 && names.All(n => n.StartsWith(figure, StringComparison.Ordinal))
            ? "Figures " + string.Join(" and ", names.Select(n => n[figure.Length..]))
            : string.Join(" and ", names);
    }

    private void Explain((int Kind, int Sibling) rank, LegendEntry entry, int steps = 0) =>
        _entries.TryAdd((rank, steps, entry.Text), entry);

    private static double[] Xs(QualityCurve curve) => [.. curve.Points.Select(p => p.X)];

    private static double[] Ys(QualityCurve curve) => [.. curve.Points.Select(p => p.Y)];
}
