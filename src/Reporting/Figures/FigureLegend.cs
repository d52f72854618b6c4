using ScottPlot;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>
/// An entry of a legend: a line, a marker, a band, or several of them over one another; or a sample of what stands beside points.
/// </summary>
internal sealed record LegendEntry(string Text, Color Color)
{
    public LinePattern? Line { get; init; }

    public float LineWidth { get; init; } = FigureStyle.LineWidth;

    public MarkerShape Marker { get; init; } = MarkerShape.None;

    public bool Band { get; init; }

    public string? Sample { get; init; }
}

/// <summary>
/// A legend in a strip above the panels, where it hides no data; it wraps to the width of the figure, also within a long text.
/// </summary>
internal sealed class FigureLegend
{
    private const float LongSymbol = 24, ShortSymbol = 9, Gap = 5, Between = 14, RowHeight = 15, Margin = 6;
    private readonly List<(LegendEntry Entry, float X, int Row)> _placed = [];

    public FigureLegend(IEnumerable<LegendEntry> entries, float width)
    {
        using var font = new SKFont(FigureFont.Typeface, FigureStyle.LegendSize);
        var rows = new List<List<(LegendEntry Entry, float Width)>> { new() };
        foreach (LegendEntry entry in entries.SelectMany(e => Broken(e, font, width - 2 * Margin)))
        {
            float needed = WidthOf(entry, font);
            if (rows[^1].Count > 0 && rows[^1].Sum(e => e.Width + Between) + needed > width - 2 * Margin)
            {
                rows.Add([]);
            }

            rows[^1].Add((entry, needed));
        }
        for (int r = 0; r < rows.Count; r++)
        {
            float x = (width - rows[r].Sum(e => e.Width) - Between * (rows[r].Count - 1)) / 2;
            foreach ((LegendEntry? entry, float needed) in rows[r])
            {
                _placed.Add((entry, x, r));
                x += needed + Between;
            }
        }
        Height = rows[0].Count == 0 ? 0 : rows.Count * RowHeight + 6;
    }

    public float Height { get; }

    /// <summary>The entries' texts with the left and right end of each entry.</summary>
    internal IEnumerable<(string Text, float Left, float Right)> Extents
    {
        get
        {
            using SKFont font = new(FigureFont.Typeface, FigureStyle.LegendSize);
            return [.. _placed.Select(p => (p.Entry.Text, p.X, p.X + WidthOf(p.Entry, font)))];
        }
    }

    // An entry that is wider than the figure, as several: those behind the first have no symbol.
    private static IEnumerable<LegendEntry> Broken(LegendEntry entry, SKFont font, float width)
    {
        while (WidthOf(entry, font) > width)
        {
            string text = entry.Text;
            int end = Enumerable.Range(1, text.Length - 1)
                .LastOrDefault(i => text[i] == ' ' && WidthOf(entry with { Text = text[..i] }, font) <= width);
            if (end == 0)
            {
                break; // One long word.
            }

            yield return entry with { Text = text[..end] };
            entry = new LegendEntry(text[(end + 1)..], entry.Color);
        }

        yield return entry;
    }

    private static float WidthOf(LegendEntry entry, SKFont font) => Symbol(entry) + Gap + font.MeasureText(entry.Text);

    // A lone marker needs no room for a line.
    private static float Symbol(LegendEntry entry) => entry.Line is null && !entry.Band ? ShortSymbol : LongSymbol;

    private static void Text(SKCanvas canvas, Paint paint, string text, float size, float x, float y)
    {
        LabelStyle label = FigureStyle.Text(size, FigureStyle.Ink);
        label.Alignment = Alignment.MiddleLeft;
        label.OffsetY = 1.3f;
        label.Render(canvas, new Pixel(x, y), paint, text);
    }

    public void Draw(SKCanvas canvas, Paint paint)
    {
        foreach ((LegendEntry? entry, float x, int row) in _placed)
        {
            float symbol = Symbol(entry);
            float y = 4 + row * RowHeight + RowHeight / 2;
            if (entry.Band)
            {
                Drawing.FillRectangle(
                    canvas,
                    new PixelRect(x, x + symbol, y + 4.5f, y - 4.5f),
                    paint,
                    new FillStyle { Color = entry.Color.WithAlpha(.25) }
                );
            }

            if (entry.Line is { } line)
            {
                Drawing.DrawLine(canvas, paint, new Pixel(x, y), new Pixel(x + symbol, y), entry.Color, entry.LineWidth, true, line);
            }

            if (entry.Marker != MarkerShape.None)
            {
                Drawing.DrawMarker(
                    canvas,
                    paint,
                    new Pixel(x + symbol / 2, y),
                    FigureStyle.Marker(entry.Marker, FigureStyle.MarkerSize, entry.Color)
                );
            }

            if (entry.Sample is string sample)
            {
                Text(canvas, paint, sample, FigureStyle.PointLabelSize, x, y);
            }

            Text(canvas, paint, entry.Text, FigureStyle.LegendSize, x + symbol + Gap, y);
        }
    }
}
