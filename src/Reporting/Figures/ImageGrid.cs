using ScottPlot;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>Images in rows and columns with a name for each (the paper's Figure 5).</summary>
public static class ImageGrid
{
    private const int LeftMargin = 134;
    private const int Head = 18;
    private const int MostSide = 52;
    private const int Gap = 2;

    /// <summary>Makes the figure.</summary>
    /// <param name="title">Short name of what is shown.</param>
    /// <param name="caption">How to read it.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="rows">The rows.</param>
    public static Figure Create(string title, string caption, IReadOnlyList<string> columns, IReadOnlyList<ImageRow> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        if (columns.Count == 0 || rows.Count == 0)
        {
            throw new ArgumentException("images: expected at least one row and one column", nameof(rows));
        }

        float size = rows.Min(r => FigurePanel.Fitting(r.Title, FigureStyle.LabelSize, LeftMargin - 8));
        float side = Math.Min(MostSide, (FigureStyle.FullWidth - LeftMargin - 4f) / columns.Count);
        List<FigurePanel> panels = [];
        for (int r = 0; r < rows.Count; r++)
        {
            float top = Head + r * side;
            FigurePanel panel = new(
                new PixelRect(0, LeftMargin + side * columns.Count, top + side, top),
                new PixelPadding(LeftMargin, 0, 0, 0)
            );
            panel.Plot.HideGrid();
            panel.Plot.Axes.Frameless();
            panel.Limits(0, columns.Count, 0, 1);
            panel.Plot.Add.Plottable(new ImageStrip(rows[r].Images, Gap / side));
            panel.Texts.Add(new FigureText(
                rows[r].Title, new Pixel(LeftMargin - 6, panel.DataRect.VerticalCenter), size, FigureStyle.Ink, Alignment.MiddleRight));
            if (r == 0)
            {
                panel.Texts.AddRange(columns.Select((name, c) => new FigureText(
                    name, panel.ToPixel(c + 0.5, 1.02), FigureStyle.TickSize, FigureStyle.Ink, Alignment.LowerCenter)));
            }

            panels.Add(panel);
        }

        return new Figure(title, caption, FigureStyle.FullWidth, (int)Math.Ceiling(Head + rows.Count * side + 2), panels, legend: null);
    }

    /// <summary>Images side by side, image c between the horizontal coordinates c and c + 1.</summary>
    private sealed class ImageStrip(IReadOnlyList<float[]> images, float gap) : IPlottable
    {
        public bool IsVisible { get; set; } = true;

        public IAxes Axes { get; set; } = new Axes();

        public IEnumerable<LegendItem> LegendItems => [];

        public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

        public void Render(RenderPack rp)
        {
            for (int c = 0; c < images.Count; c++)
            {
                int side = (int)Math.Round(Math.Sqrt(images[c].Length));
                using SKBitmap bitmap = new(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
                for (int i = 0; i < images[c].Length; i++)
                {
                    byte grey = (byte)Math.Round(255 * Math.Clamp(float.IsNaN(images[c][i]) ? 1 : images[c][i], 0, 1));
                    bitmap.SetPixel(i % side, i / side, new SKColor(grey, grey, grey));
                }

                using SKImage picture = SKImage.FromBitmap(bitmap);
                Pixel topLeft = Axes.GetPixel(new Coordinates(c, 1));
                Pixel bottomRight = Axes.GetPixel(new Coordinates(c + 1 - gap, gap));
                rp.Canvas.DrawImage(
                    picture, new SKRect(topLeft.X, topLeft.Y, bottomRight.X, bottomRight.Y), new SKSamplingOptions(SKFilterMode.Nearest));
            }
        }
    }
}
