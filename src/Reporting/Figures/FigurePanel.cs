using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>
/// One plot of a figure with a fixed place, fixed margins and fixed limits, so that pixel positions are known while it is made.
/// </summary>
internal sealed class FigurePanel
{
    /// <summary>Pixels from one line of a row's name to the next.</summary>
    internal const float RowLine = 11;

    private readonly PixelPadding _padding;
    private double _xMin, _xMax, _yMin, _yMax;

    public FigurePanel(PixelRect place, PixelPadding padding)
    {
        FigureFont.Use();
        Place = place;
        _padding = padding;
        Plot = new Plot();
        Plot.Layout.Fixed(padding);
        Plot.FigureBackground.Color = Colors.Transparent;
        Plot.RenderManager.ClearCanvasBeforeEachRender = false;
        Plot.Grid.MajorLineColor = FigureStyle.GridLine;
        Plot.Grid.MajorLineWidth = 0.8f;
        foreach (IAxis axis in new IAxis[] { Plot.Axes.Left, Plot.Axes.Bottom, Plot.Axes.Right, Plot.Axes.Top })
        {
            axis.FrameLineStyle.Color = FigureStyle.Ink;
            axis.FrameLineStyle.Width = 0.8f;
            axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = FigureStyle.Ink;
            axis.MajorTickStyle.Width = axis.MinorTickStyle.Width = 0.8f;
            axis.MajorTickStyle.Length = 3;
            axis.MinorTickStyle.Length = 1.8f;
            axis.TickLabelStyle = FigureStyle.Text(FigureStyle.TickSize, FigureStyle.Ink);
            axis.TickLabelStyle.Alignment = axis.Edge == Edge.Left ? Alignment.MiddleRight : Alignment.UpperCenter;
            // The library centres the line box; digits sit in the upper part of it.
            axis.TickLabelStyle.OffsetY = axis.Edge == Edge.Left ? 1.3f : 0;
        }
        Plot.Axes.Right.FrameLineStyle.Width = 0;
        Plot.Axes.Top.FrameLineStyle.Width = 0;
    }

    public Plot Plot { get; }

    public PixelRect Place { get; }

    /// <summary>Where data are drawn, in pixels of the figure.</summary>
    public PixelRect DataRect =>
        new(Place.Left + _padding.Left, Place.Right - _padding.Right, Place.Bottom - _padding.Bottom, Place.Top + _padding.Top);

    /// <summary>Title, axis names and annotations, drawn by the figure: the plot's own would be placed by font metrics.</summary>
    public List<FigureText> Texts { get; } = [];

    public void Limits(double xMin, double xMax, double yMin, double yMax)
    {
        (_xMin, _xMax, _yMin, _yMax) = (xMin, xMax, yMin, yMax);
        Plot.Axes.SetLimits(xMin, xMax, yMin, yMax);
    }

    public void Ticks(NumericManual x, NumericManual y)
    {
        Plot.Axes.Bottom.TickGenerator = x;
        Plot.Axes.Left.TickGenerator = y;
    }

    /// <summary>A closed frame instead of two axis lines.</summary>
    public void Frame()
    {
        Plot.Axes.Right.FrameLineStyle.Width = 0.8f;
        Plot.Axes.Top.FrameLineStyle.Width = 0.8f;
    }

    /// <summary>A title above the data, in the size in which it, and those of panels beside this one, fit.</summary>
    public void Title(string text, IEnumerable<string>? beside = null)
    {
        float size = new[] { text }.Concat(beside ?? []).Min(t => Fitting(t, FigureStyle.TitleSize, DataRect.Width + 2));
        Title([text], size);
    }

    /// <summary>A title of several lines above the data.</summary>
    public void Title(IReadOnlyList<string> lines, float size)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            float up = 4 + (lines.Count - 1 - i) * PanelTitles.LineHeight;
            Texts.Add(
                new FigureText(
                    lines[i],
                    new Pixel(DataRect.HorizontalCenter, DataRect.Top - up),
                    size,
                    FigureStyle.Ink,
                    Alignment.LowerCenter
                )
            );
        }
    }

    /// <summary>Says in the middle why the panel is empty.</summary>
    public void Hole(string text) =>
        Texts.Add(
            new FigureText(
                text,
                DataRect.Center,
                Fitting(text, FigureStyle.TickSize, DataRect.Width - 6),
                FigureStyle.Faint,
                Alignment.MiddleCenter
            )
        );

    /// <summary>The size, at most the given one, in which a text is not wider than the given pixels.</summary>
    internal static float Fitting(string text, float size, float width)
    {
        using var font = new SKFont(FigureFont.Typeface, size);
        return size * Math.Min(1, width / font.MeasureText(text));
    }

    public void XName(string text) =>
        Texts.Add(
            new FigureText(
                text,
                new Pixel(DataRect.HorizontalCenter, DataRect.Bottom + 17),
                // Panels side by side each have their name.
                Fitting(text, FigureStyle.LabelSize, DataRect.Width - 6),
                FigureStyle.Ink,
                Alignment.UpperCenter
            )
        );

    public void YName(string text) => Turned(text, Place.Left + 7, FigureStyle.LabelSize, FigureStyle.Ink);

    /// <summary>A text that is read from below, beside the middle of the data.</summary>
    /// <param name="text">One line.</param>
    /// <param name="x">Where its middle is, pixels of the figure.</param>
    /// <param name="size">Size of the letters.</param>
    /// <param name="color">Their colour.</param>
    public void Turned(string text, float x, float size, Color color) =>
        Texts.Add(new FigureText(text, new Pixel(x, DataRect.VerticalCenter), size, color, Alignment.MiddleCenter, -90));

    /// <summary>What a row of panels shows, read from below: in several lines where the room is short.</summary>
    /// <param name="name">The name.</param>
    /// <param name="x">Where the first line's middle is, pixels of the figure.</param>
    /// <param name="room">Length of a line, pixels.</param>
    /// <returns>The number of lines, each <see cref="RowLine"/> right of the one before.</returns>
    public int RowName(string name, float x, float room)
    {
        var titles = new PanelTitles([name], room);
        IReadOnlyList<string> lines = titles.Lines(name);
        for (int i = 0; i < lines.Count; i++)
        {
            Turned(lines[i], x + i * RowLine, Math.Min(titles.Size, FigureStyle.LabelSize), FigureStyle.Ink);
        }

        return lines.Count;
    }

    public Pixel ToPixel(double x, double y) => new(
        DataRect.Left + (x - _xMin) / (_xMax - _xMin) * DataRect.Width,
        DataRect.Bottom - (y - _yMin) / (_yMax - _yMin) * DataRect.Height);
}

/// <summary>A text at a place of the figure.</summary>
internal sealed record FigureText(
    string Text,
    Pixel Position,
    float Size,
    Color Color,
    Alignment Alignment,
    float Rotation = 0,
    bool Halo = false
);
