using System.Text;

namespace Reproduce.Reporting;

/// <summary>Text that LaTeX would otherwise take for commands.</summary>
public static class LatexText
{
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
