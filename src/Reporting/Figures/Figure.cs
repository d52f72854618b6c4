using System.Globalization;
using System.Security;
using System.Text;
using Reproduce.Files;
using ScottPlot;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>A finished figure: panels, legend and texts, drawn by the same code on an SVG, a PDF and a pixel canvas.</summary>
public sealed class Figure
{
    private readonly IReadOnlyList<FigurePanel> _panels;
    private readonly FigureLegend? _legend;

    internal Figure(string title, string caption, int width, int height, IReadOnlyList<FigurePanel> panels, FigureLegend? legend)
    {
        (Title, Caption, Width, Height, _panels, _legend) = (title, caption, width, height, panels, legend);
        // The plotting library settles ticks and layout during its first drawing; without this one the first file would differ from the
        // next.
        using var recorder = new SKPictureRecorder();
        Draw(recorder.BeginRecording(new SKRect(0, 0, width, height)));
    }

    /// <summary>Short name of what is shown, also stored in the files.</summary>
    public string Title { get; }

    /// <summary>What is shown and how to read it, for the report and the article.</summary>
    public string Caption { get; }

    /// <summary>Width in CSS pixels (1/96 inch).</summary>
    public int Width { get; }

    /// <summary>Height in CSS pixels.</summary>
    public int Height { get; }

    /// <summary>The panels, in the order in which they were made.</summary>
    internal IReadOnlyList<FigurePanel> Panels => _panels;

    /// <summary>Writes name.svg, name.pdf and name.png into a folder, which is made when it is missing.</summary>
    public FigureFiles Save(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var files = new FigureFiles(
            Path.Combine(folder, name + ".svg"),
            Path.Combine(folder, name + ".pdf"),
            Path.Combine(folder, name + ".png")
        );
        FileSizeLimit.WriteText(files.Svg, ToSvg());
        FileSizeLimit.WriteBytes(files.Pdf, ToPdf());
        FileSizeLimit.WriteBytes(files.Png, ToPng(2));
        return files;
    }

    /// <summary>The figure as SVG text.</summary>
    public string ToSvg()
    {
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, Width, Height), stream))
        {
            Draw(canvas);
        }

        string svg = Encoding.UTF8.GetString(stream.ToArray()).ReplaceLineEndings("\n");
        // Skia writes no view box, without which a viewer cannot scale the figure, and no title.
        string size = string.Create(CultureInfo.InvariantCulture, $"width=\"{Width}\" height=\"{Height}\">");
        int at = svg.IndexOf(size, StringComparison.Ordinal);
        string scalable = string.Create(
            CultureInfo.InvariantCulture,
            $"width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\">"
        );
        return SvgText.Compact(svg[..at] + scalable + $"\n<title>{SecurityElement.Escape(Title)}</title>" + svg[(at + size.Length)..]);
    }

    /// <summary>The figure as a one-page vector PDF at its nominal size.</summary>
    public byte[] ToPdf()
    {
        const float pointsPerPixel = 72f / 96f;
        using var stream = new MemoryStream();
        using (
            var document = SKDocument.CreatePdf(
                stream,
                new SKDocumentPdfMetadata
                {
                    Title = Title,
                    RasterDpi = 300,
                    EncodingQuality = 101,
                }
            )
        )
        {
            SKCanvas canvas = document.BeginPage(Width * pointsPerPixel, Height * pointsPerPixel);
            canvas.Scale(pointsPerPixel);
            Draw(canvas);
            document.EndPage();
            document.Close();
        }
        return stream.ToArray();
    }

    /// <summary>The figure as a PNG with so many pixels per CSS pixel.</summary>
    public byte[] ToPng(int scale)
    {
        using var bitmap = new SKBitmap(Width * scale, Height * scale);
        using var canvas = new SKCanvas(bitmap);
        canvas.Scale(scale);
        Draw(canvas);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private void Draw(SKCanvas canvas)
    {
        using var paint = Paint.NewDisposablePaint();
        using var white = new SKPaint { Color = SKColors.White };
        canvas.DrawRect(0, 0, Width, Height, white);
        foreach (FigurePanel panel in _panels)
        {
            canvas.Save();
            panel.Plot.Render(canvas, panel.Place);
            canvas.Restore();
            foreach (FigureText text in panel.Texts)
            {
                Draw(canvas, paint, text);
            }
        }
        _legend?.Draw(canvas, paint);
    }

    private static void Draw(SKCanvas canvas, Paint paint, FigureText text)
    {
        LabelStyle label = FigureStyle.Text(text.Size, text.Color);
        label.Alignment = text.Alignment;
        label.Rotation = text.Rotation;
        if (text.Halo)
        {
            label.BackgroundColor = Colors.White.WithAlpha(.7);
        }

        label.Render(canvas, text.Position, paint, text.Text);
    }
}
