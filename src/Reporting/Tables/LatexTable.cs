using System.Text;

namespace Reproduce.Reporting;

/// <summary>A result table as a LaTeX table environment (packages booktabs and graphicx), ready for \input in an article.</summary>
public static class LatexTable
{
    /// <summary>The table as text that ends with a line end.</summary>
    /// <param name="table">The table.</param>
    /// <param name="label">Label for \ref.</param>
    public static string Write(ResultTable table, string label)
    {
        var text = new StringBuilder();
        text.Append("% Needs \\usepackage{booktabs,graphicx}.\n");
        text.Append("\\begin{table*}[t]\n\\centering\n");
        string caption = $"{LatexText.Escape(table.Title)}. {LatexText.Escape(table.Caption)}".TrimEnd();
        text.Append("\\caption{").Append(caption).Append(" Mean $\\pm$ ").Append(LatexText.Escape(table.PlusMinus))
            .Append(table.HasBest ? "; bold: " + MarkdownTable.BestValue(table) : "").Append(".}\n");
        text.Append("\\label{").Append(label).Append("}\n");
        text.Append("\\resizebox{\\textwidth}{!}{%\n");
        text.Append("\\begin{tabular}{").Append(string.Concat(table.Columns.Select(c => c.Numeric ? 'r' : 'l'))).Append("}\n\\toprule\n");
        text.AppendJoin(" & ", table.Columns.Select(c => c.Latex)).Append(" \\\\\n\\midrule\n");
        for (int r = 0; r < table.Rows.Count; r++)
        {
            if (r > 0 && StartsBlock(table, r))
            {
                text.Append("\\midrule\n");
            }

            text.AppendJoin(" & ", table.Rows[r].Select(c => Cell(c, table.Notes))).Append(" \\\\\n");
        }
        text.Append("\\bottomrule\n\\end{tabular}}\n");
        for (int i = 0; i < table.Notes.Count; i++)
        {
            text.Append(i == 0 ? "\n\\smallskip\n\\footnotesize " : "; ")
                .Append("\\textsuperscript{")
                .Append(i + 1)
                .Append('}')
                .Append(LatexText.Escape(table.Notes[i]));
            if (i == table.Notes.Count - 1)
            {
                text.Append(".\n");
            }
        }
        return text.Append("\\end{table*}\n").ToString();
    }

    // A rule after the floor and between budgets.
    private static bool StartsBlock(ResultTable table, int row)
    {
        int budget = table.Columns.ToList().FindIndex(c => c.Name == "budget");
        int steps = table.Columns.ToList().FindIndex(c => c.Name == "steps");
        bool afterFloor = steps >= 0 && table.Rows[row - 1][steps].Text.Length == 0 && table.Rows[row][steps].Text.Length > 0;
        return afterFloor || (budget >= 0 && table.Rows[row][budget].Text != table.Rows[row - 1][budget].Text);
    }

    private static string Cell(TableCell cell, IReadOnlyList<string> notes)
    {
        string text = LatexText.Escape(cell.Text);
        if (text.StartsWith('-'))
        {
            text = $"${text}$";
        }

        if (cell.Best)
        {
            text = $"\\textbf{{{text}}}";
        }

        if (cell.Hole is null)
        {
            return text;
        }

        return (text.Length == 0 ? "---" : text) + $"\\textsuperscript{{{notes.ToList().IndexOf(cell.Hole) + 1}}}";
    }
}
