using ScottPlot;
using SkiaSharp;

namespace Reproduce.Reporting;

/// <summary>
/// The font of all figures: DejaVu Sans, carried in this assembly. On a machine without fonts (a bare container) the plotting library
/// draws no text at all and says nothing; and a figure should not change with the fonts that happen to be installed.
/// </summary>
internal sealed class FigureFont : IFontResolver
{
    private static readonly Lazy<SKTypeface> _typeface = new(Load);
    private static readonly Lazy<bool> _registered = new(Register);

    /// <summary>Family name, also what an SVG file asks its viewer for.</summary>
    public const string Name = "DejaVu Sans";

    /// <summary>The typeface, for measuring and drawing outside of a plot.</summary>
    public static SKTypeface Typeface => _typeface.Value;

    /// <summary>Makes the plotting library use the font; needed once, harmless again.</summary>
    public static void Use() => _ = _registered.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Name ? Typeface : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Typeface : null;

    private static SKTypeface Load()
    {
        using Stream stream = typeof(FigureFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")
            ?? throw new InvalidOperationException("The figure font is missing from Reproduce.Reporting.dll: rebuild the solution.");
        return SKTypeface.FromStream(stream)
            ?? throw new InvalidOperationException("The figure font in Reproduce.Reporting.dll cannot be read.");
    }

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new FigureFont());
        Fonts.Default = Name;
        return true;
    }
}
