using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Reproduce.Configuration;

/// <summary>
/// Writes a tree as YAML in one fixed style, for people to read and for <see cref="YamlReader"/> to read again: two spaces, file order,
/// lists of plain values on one line, quotes only where the text would otherwise mean something else.
/// </summary>
public static partial class YamlWriter
{
    /// <summary>The tree as a document that ends with a line break; line ends are <c>\n</c> on every system.</summary>
    public static string Write(YamlNode node)
    {
        var text = new StringBuilder();
        if (OnOneLine(node) is { } line)
        {
            text.Append(line).Append('\n');
        }
        else
        {
            WriteBlock(text, node, indent: 0);
        }

        return text.ToString();
    }

    private static void WriteBlock(StringBuilder text, YamlNode node, int indent)
    {
        if (node is YamlMap map)
        {
            foreach (YamlEntry entry in map.Entries)
            {
                WriteItem(text, indent, $"{Scalar(entry.Key, isText: true)}:", entry.Value);
            }
        }
        else if (node is YamlSequence sequence)
        {
            foreach (YamlNode item in sequence.Items)
            {
                WriteItem(text, indent, "-", item);
            }
        }
    }

    private static void WriteItem(StringBuilder text, int indent, string head, YamlNode value)
    {
        text.Append(' ', indent).Append(head);
        if (OnOneLine(value) is { } line)
        {
            text.Append(' ').Append(line).Append('\n');
            return;
        }

        text.Append('\n');
        WriteBlock(text, value, indent + 2);
    }

    private static string? OnOneLine(YamlNode node) => node switch
    {
        YamlScalar { IsNull: true } => "~",
        YamlScalar scalar => Scalar(scalar.Text, scalar.IsQuoted),
        YamlMap { Entries.Count: 0 } => "{}",
        YamlSequence list when list.Items.All(item => item is YamlScalar) => $"[{string.Join(", ", list.Items.Select(OnOneLine))}]",
        _ => null,
    };

    private static string Scalar(string text, bool isText)
    {
        bool plainMeansText = !Meaningful().IsMatch(text);
        return Plain().IsMatch(text) && (plainMeansText || !isText) ? text : Quote(text);
    }

    private static string Quote(string text)
    {
        StringBuilder quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
            {
                quoted.Append('\\').Append((char)rune.Value);
            }
            else if (rune.Value == '\n')
            {
                quoted.Append("\\n");
            }
            else if (rune.Value == '\t')
            {
                quoted.Append("\\t");
            }
            else if (IsVisible(rune))
            {
                quoted.Append(rune);
            }
            else
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
            }
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    // Stricter than YAML: words and numbers of letters that no position in a document gives a meaning to.
    [GeneratedRegex(@"^(?:[-+]?\.?[0-9]|[A-Za-z_/])[A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(?:[-+.0-9].*|true|false|null|yes|no|on|off|y|n)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Meaningful();
}
