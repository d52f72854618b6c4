using ScottPlot;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>
/// Very many points or short lines in a few paths. An element per point would make vector files of megabytes; a single path would lose
/// the shading of dense regions, because a path covers itself only once. So the lines are dealt out to a few translucent layers.
/// A line of one point is drawn as a round dot.
/// </summary>
internal sealed class PolylineCloud(IReadOnlyList<Coordinates[]> lines, Color color, float width, int layers) : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public static PolylineCloud Points(IReadOnlyList<double> x, IReadOnlyList<double> y, Color color, float diameter, int layers = 12) =>
        new([.. x.Zip(y).Select(p => new[] { new Coordinates(p.First, p.Second) })], color, diameter, layers);

    // Limits are always set by the figure.
    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        using var paint = new SKPaint
        {
            Color = color.ToSKColor(),
            Style = SKPaintStyle.Stroke,
            StrokeWidth = width,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
            IsAntialias = true,
        };
        for (int layer = 0; layer < layers; layer++)
        {
            using var path = new SKPath();
            for (int i = layer; i < lines.Count; i += layers)
            {
                Pixel start = Axes.GetPixel(lines[i][0]);
                path.MoveTo(start.X, start.Y);
                // A stroke without length is drawn by some viewers only.
                if (lines[i].Length == 1)
                {
                    path.LineTo(start.X + 0.01f, start.Y);
                }

                foreach (Coordinates point in lines[i].Skip(1))
                {
                    Pixel pixel = Axes.GetPixel(point);
                    path.LineTo(pixel.X, pixel.Y);
                }
            }
            if (!path.IsEmpty)
            {
                rp.Canvas.DrawPath(path, paint);
            }
        }
    }
}
