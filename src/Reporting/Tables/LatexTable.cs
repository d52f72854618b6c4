using System.Text;

namespace Reproduce.Reporting;

/// <summary>
/// A result table as LaTeX (packages booktabs and graphicx), ready for \input in an article: a table environment over both columns for
/// each budget, and for each page's worth of rows where one budget has more.
/// </summary>
public static class LatexTable
{
    // Lines of rows that fit on a page of an article together with their caption.
    private const int MostLines = 54;

    /// <summary>The table as text that ends with a line end.</summary>
    /// <param name="table">The table.</param>
    /// <param name="label">Label for \ref; the parts of a long table have the budget, and the rank on its page, behind it.</param>
    public static string Write(ResultTable table, string label)
    {
        ArgumentNullException.ThrowIfNull(table);
        StringBuilder text = new("% Needs \\usepackage{booktabs,graphicx}.\n");
        ResultTable[] parts = [.. table.PartsByBudget()];
        string[] notes = [.. parts.SelectMany(p => p.Notes).Distinct()];
        string first = "";
        foreach (ResultTable part in parts)
        {
            string budget = part.Title == table.Title ? "" : part.Title;
            List<List<IReadOnlyList<TableCell>>> pages = Pages(part);
            for (int page = 0; page < pages.Count; page++)
            {
                string own = label + (budget.Length > 0 ? "-" + budget.Split(' ')[^1] : "") + (page > 0 ? $"-{page + 1}" : "");
                string title = LatexText.Escape(table.Title)
                    + (budget.Length > 0 ? $", {LatexText.Escape(budget.ToLowerInvariant())}" : "")
                    + (page > 0 ? ", continued" : "");
                string rest = first.Length == 0 ? Legend(table) : $" As in Table~\\ref{{{first}}}.";
                Append(text, part.Columns, pages[page], notes, own, $"{title}.{rest}");
                first = first.Length == 0 ? own : first;
            }
        }

        return text.ToString();
    }

    private static List<List<IReadOnlyList<TableCell>>> Pages(ResultTable table)
    {
        List<List<IReadOnlyList<TableCell>>> pages = [[]];
        int lines = 0;
        foreach (IReadOnlyList<TableCell> row in table.Rows)
        {
            int height = row.Zip(table.Columns, (cell, column) => LatexText.LinesOf(Cell(cell, column, []))).Max();
            if (lines > 0 && lines + height > MostLines)
            {
                pages.Add([]);
                lines = 0;
            }

            pages[^1].Add(row);
            lines += height;
        }

        return pages;
    }

    // How it was measured, and what stands behind ± and in bold; a caption promises only what its table has.
    private static string Legend(ResultTable table)
    {
        string legend = TableLegend.Of(table, LatexText.Escape, "bold");
        return (table.Caption.Length > 0 ? $" {LatexText.Escape(table.Caption)}" : "") + (legend.Length > 0 ? $" {legend}" : "");
    }

    private static void Append(
        StringBuilder text,
        IReadOnlyList<TableColumn> columns,
        List<IReadOnlyList<TableCell>> rows,
        string[] notes,
        string label,
        string caption)
    {
        text.Append("\\begin{table*}[tp]\n\\centering\n");
        text.Append("\\caption{").Append(caption).Append("}\n\\label{").Append(label).Append("}\n\\footnotesize\n");
        // Only what is too wide is shrunk: a narrow table keeps the size of its letters.
        text.Append("\\resizebox{\\ifdim\\width>\\textwidth\\textwidth\\else\\width\\fi}{!}{%\n");
        text.Append("\\begin{tabular}{").Append(string.Concat(columns.Select(c => c.Numeric ? 'r' : 'l'))).Append("}\n\\toprule\n");
        text.AppendJoin(" & ", columns.Select(c => LatexText.Stack(c.Latex, c.Numeric ? 'r' : 'l', LatexText.LongestHeading)))
            .Append(" \\\\\n\\midrule\n");
        for (int r = 0; r < rows.Count; r++)
        {
            if (r > 0 && StartsBlock(columns, rows[r - 1], rows[r]))
            {
                text.Append("\\midrule\n");
            }

            text.AppendJoin(" & ", rows[r].Zip(columns, (cell, column) => Cell(cell, column, notes))).Append(" \\\\\n");
        }

        text.Append("\\bottomrule\n\\end{tabular}}\n");
        int[] shown =
        [
            .. rows.SelectMany(r => r).Select(c => c.Hole).OfType<string>().Distinct().Select(n => Array.IndexOf(notes, n)).Order(),
        ];
        if (shown.Length > 0)
        {
            text.Append("\n\\smallskip\n")
                .AppendJoin("; ", shown.Select(n => $"\\textsuperscript{{{n + 1}}}{LatexText.Escape(notes[n])}"))
                .Append(".\n");
        }

        text.Append("\\end{table*}\n");
    }

    // A rule after the floor.
    private static bool StartsBlock(IReadOnlyList<TableColumn> columns, IReadOnlyList<TableCell> before, IReadOnlyList<TableCell> row)
    {
        int steps = columns.ToList().FindIndex(c => c.Name == "steps");
        return steps >= 0 && before[steps].Text.Length == 0 && row[steps].Text.Length > 0;
    }

    private static string Cell(TableCell cell, TableColumn column, string[] notes)
    {
        // A hyphen in front of a number is a minus, whatever stands behind the number.
        string text = cell.Text.StartsWith('-') ? "$-$" + LatexText.Escape(cell.Text[1..]) : LatexText.Escape(cell.Text);
        if (!column.Numeric)
        {
            text = LatexText.Stack(text, 'l', LatexText.LongestName);
        }

        if (cell.Best)
        {
            text = $"\\textbf{{{text}}}";
        }

        if (cell.Hole is null)
        {
            return text;
        }

        return (text.Length == 0 ? "---" : text) + $"\\textsuperscript{{{Array.IndexOf(notes, cell.Hole) + 1}}}";
    }
}
