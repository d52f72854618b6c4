using ScottPlot;

namespace Reproduce.Reporting;

/// <summary>Numbers of steps beside the points of curves, and the names of contenders that have one point only.</summary>
internal static class PointLabels
{
    /// <summary>
    /// Adds them to a panel. The ends and the best point of a curve are what a reader looks for; the others are labelled where there is
    /// room. What would cover another label or a point is left out.
    /// </summary>
    public static void Add(FigurePanel panel, IReadOnlyList<QualityCurve> curves)
    {
        var placer = new LabelPlacer(panel.DataRect);
        foreach (FigureText text in panel.Texts.Where(t => t.Alignment == Alignment.LowerLeft))
        {
            placer.AvoidText(text);
        }

        foreach (QualityCurve curve in curves)
        {
            Pixel[] pixels = curve.Points.Select(p => panel.ToPixel(p.X, p.Y)).ToArray();
            foreach (Pixel pixel in pixels)
            {
                placer.AvoidMarker(pixel, curve.Published ? 4f : FigureStyle.MarkerSize + 1.5f);
            }

            if (!curve.Published || curve.IsJoined)
            {
                placer.AvoidLine(pixels);
            }
        }

        foreach ((QualityCurve curve, CurvePoint point, bool required) in Labelled(curves).OrderByDescending(l => l.Required))
        {
            Color color = FigureStyle.ColorOf(curve.Contender).Darken(.2);
            string label = curve.Contender.HasSteps ? point.Label : curve.Contender.Label;
            if (placer.Place(label, panel.ToPixel(point.X, point.Y), color, required) is { } text)
            {
                panel.Texts.Add(text);
            }
        }
    }

    private static IEnumerable<(QualityCurve Curve, CurvePoint Point, bool Required)> Labelled(IReadOnlyList<QualityCurve> curves) =>
        from curve in curves
        where !curve.Published
        let best = curve.Points.MinBy(p => p.Y)
        from i in Enumerable.Range(0, curve.Points.Count)
        select (curve, curve.Points[i], i == 0 || i == curve.Points.Count - 1 || curve.Points[i] == best);
}
