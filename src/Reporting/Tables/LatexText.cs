using System.Text;

namespace Reproduce.Reporting;

/// <summary>Text that LaTeX would otherwise take for commands.</summary>
public static class LatexText
{
    // Letters of a line of a heading; a column of numbers such as 0.512 ± 0.004 is about as wide.
    private const int LineLength = 11;
    private const int MostLines = 3;

    /// <summary>What a heading may have on one line.</summary>
    internal const int LongestHeading = 12;

    /// <summary>What a name may have on one line: many rows have one, and stacks make a table high.</summary>
    internal const int LongestName = 45;

    /// <summary>A long text as a stack of two or three lines, so that it does not make its column wide; a short one as it is.</summary>
    /// <param name="latex">The text, escaped.</param>
    /// <param name="alignment">Column type: l, c or r.</param>
    /// <param name="longest">Letters of the longest text that stays on one line.</param>
    internal static string Stack(string latex, char alignment, int longest)
    {
        ArgumentNullException.ThrowIfNull(latex);
        if (latex.Length <= longest || !latex.Contains(' ', StringComparison.Ordinal))
        {
            return latex;
        }

        int length = Math.Max(LineLength, (latex.Length + MostLines - 1) / MostLines + 3);
        List<string> lines = [""];
        foreach (string word in latex.Split(' '))
        {
            // A formula stays whole.
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > length && lines[^1].Count(c => c == '$') % 2 == 0)
            {
                lines.Add(word);
            }
            else
            {
                lines[^1] += (lines[^1].Length > 0 ? " " : "") + word;
            }
        }

        return $@"\shortstack[{alignment}]{{{string.Join(@"\\", lines)}}}";
    }

    /// <summary>The lines of a text that <see cref="Stack"/> made.</summary>
    /// <param name="latex">The text.</param>
    internal static int LinesOf(string latex) => latex.Split(@"\\").Length;

    /// <summary>Escapes the ten special characters and the few symbols the tables use; a parameter such as θ₁ becomes a formula.</summary>
    /// <param name="text">The text.</param>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder result = new(text.Length + 8);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == 'θ')
            {
                int end = i + 1;
                while (end < text.Length && text[end] is >= '₀' and <= '₉')
                {
                    end++;
                }

                string index = string.Concat(text[(i + 1)..end].Select(digit => (char)('0' + digit - '₀')));
                result.Append(index.Length == 0 ? @"$\theta$" : $@"$\theta_{{{index}}}$");
                i = end - 1;
                continue;
            }

            result.Append(text[i] switch
            {
                '\\' => @"\textbackslash{}",
                '{' => @"\{",
                '}' => @"\}",
                '$' => @"\$",
                '&' => @"\&",
                '#' => @"\#",
                '%' => @"\%",
                '_' => @"\_",
                '~' => @"\textasciitilde{}",
                '^' => @"\textasciicircum{}",
                '±' => @"$\pm$",
                '²' => "$^2$",
                '×' => @"$\times$",
                '“' => "``",
                '”' => "''",
                '†' => @"$\dagger$",
                '–' => "--",
                '—' => "---",
                _ => text[i].ToString(),
            });
        }

        return result.ToString();
    }
}
