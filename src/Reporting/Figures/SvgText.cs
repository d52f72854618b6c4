using System.Globalization;
using System.Text.RegularExpressions;

namespace Reproduce.Reporting;

/// <summary>Mends and shortens the SVG text that Skia writes.</summary>
internal static partial class SvgText
{
    /// <summary>
    /// Rounds coordinates to a thousandth of a pixel, which halves the size, and removes the indentation and the comma that Skia leaves
    /// at the end of a list of glyph positions, which is not allowed there. Texts keep their characters; fonts get a fallback of like
    /// widths.
    /// </summary>
    public static string Compact(string svg)
    {
        string result = Tag().Replace(svg, tag => TrailingComma().Replace(LongNumber().Replace(tag.Value, Shorter), "\""));
        result = Renumber(result);
        result = TextElement().Replace(Indentation().Replace(result, "\n"), ">$1</text>");
        return result.Replace(
            $"font-family=\"{FigureFont.Name}\"",
            $"font-family=\"{FigureFont.Name}, Verdana, sans-serif\"",
            StringComparison.Ordinal
        );
    }

    // Skia numbers clip paths through the life of the process; the same figure should be the same file.
    private static string Renumber(string svg)
    {
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        return ClipName().Replace(svg, name =>
        {
            if (!numbers.TryGetValue(name.Value, out string? number))
            {
                numbers[name.Value] = number = string.Create(CultureInfo.InvariantCulture, $"clip{numbers.Count + 1}");
            }

            return number;
        });
    }

    private static string Shorter(Match number) =>
        Math.Round(double.Parse(number.Value, CultureInfo.InvariantCulture), 3).ToString("0.###", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\bcl_[0-9a-f]+\b")]
    private static partial Regex ClipName();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"-?\d+\.\d{4,}(e[+-]?\d+)?")]
    private static partial Regex LongNumber();

    [GeneratedRegex(@",\s*""")]
    private static partial Regex TrailingComma();

    [GeneratedRegex(@">\s+([^<]*?)\s*</text>")]
    private static partial Regex TextElement();

    [GeneratedRegex(@"\n[\t ]+(?=<)")]
    private static partial Regex Indentation();
}
