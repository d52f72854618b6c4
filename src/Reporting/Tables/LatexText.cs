using System.Text;

namespace Reproduce.Reporting;

/// <summary>Text that LaTeX would otherwise take for commands.</summary>
public static class LatexText
{
    /// <summary>Escapes the ten special characters and the few symbols the tables use.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            result.Append(c switch
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
                _ => c.ToString(),
            });
        }
        return result.ToString();
    }
}
