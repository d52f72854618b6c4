using ScottPlot;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>
/// Puts short labels beside points so that no label covers a marker, another label or (as far as possible) a line. A label without a free
/// place is left out; one that should be shown may cross a line and stand further away, and is to be placed first.
/// </summary>
internal sealed class LabelPlacer(PixelRect bounds)
{
    // What no label may cost: it would cover a marker, another label or the edge.
    private const double Covering = 100;

    private const float Apart = 4;

    private static readonly float[] s_near = [4f];
    private static readonly float[] s_far = [4f, 7f, 11f, 16f];
    private static readonly (float X, float Y)[] s_directions =
    [
        (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (.5f, 1), (-.5f, 1), (.5f, -1), (-.5f, -1),
    ];

    private readonly List<PixelRect> _taken = [];
    private readonly List<(Pixel From, Pixel To)> _lines = [];

    public void AvoidMarker(Pixel center, float size) => _taken.Add(Around(center, size, size));

    public void AvoidText(FigureText text)
    {
        using var font = new SKFont(FigureFont.Typeface, text.Size);
        _taken.Add(
            new PixelRect(text.Position.X, text.Position.X + font.MeasureText(text.Text), text.Position.Y, text.Position.Y - text.Size)
        );
    }

    public void AvoidLine(IReadOnlyList<Pixel> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            _lines.Add((points[i - 1], points[i]));
        }
    }

    public FigureText? Place(string text, Pixel point, Color color, bool required)
    {
        using var font = new SKFont(FigureFont.Typeface, FigureStyle.PointLabelSize);
        float width = font.MeasureText(text) + 1, height = FigureStyle.PointLabelSize;
        (PixelRect Rect, double Cost)? best = null;
        foreach (float distance in required ? s_far : s_near)
        {
            foreach ((float dx, float dy) in s_directions)
            {
                var center = new Pixel(point.X + dx * (distance + width / 2), point.Y + dy * (distance + height / 2));
                PixelRect rect = Around(center, width, height);
                double cost = Cost(rect) + distance * 0.3;
                if (best is null || cost < best.Value.Cost)
                {
                    best = (rect, cost);
                }
            }
        }
        if (best is not { } chosen || chosen.Cost >= (required ? Covering : 6))
        {
            return null;
        }

        // Numbers side by side would read as one.
        _taken.Add(new PixelRect(chosen.Rect.Left - Apart, chosen.Rect.Right + Apart, chosen.Rect.Bottom, chosen.Rect.Top));
        return new FigureText(text, chosen.Rect.Center, FigureStyle.PointLabelSize, color, Alignment.MiddleCenter);
    }

    private double Cost(PixelRect rect)
    {
        double cost = Covering * _taken.Count(t => Overlap(t, rect));
        if (rect.Left < bounds.Left || rect.Right > bounds.Right || rect.Top < bounds.Top || rect.Bottom > bounds.Bottom)
        {
            cost += Covering;
        }

        return cost + 6 * _lines.Count(l => Crosses(l.From, l.To, rect));
    }

    private static PixelRect Around(Pixel center, float width, float height) =>
        new(center.X - width / 2, center.X + width / 2, center.Y + height / 2, center.Y - height / 2);

    private static bool Overlap(PixelRect a, PixelRect b) => a.Left < b.Right && b.Left < a.Right && a.Top < b.Bottom && b.Top < a.Bottom;

    // Samples along the segment: exact enough for boxes of several pixels.
    private static bool Crosses(Pixel from, Pixel to, PixelRect rect)
    {
        int samples = 2 + (int)(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)) / 2);
        for (int i = 0; i <= samples; i++)
        {
            float f = i / (float)samples, x = from.X + f * (to.X - from.X), y = from.Y + f * (to.Y - from.Y);
            if (x > rect.Left && x < rect.Right && y > rect.Top && y < rect.Bottom)
            {
                return true;
            }
        }
        return false;
    }
}
