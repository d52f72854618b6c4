using System.Text;

namespace Reproduce.Reporting;

/// <summary>A result table as Markdown: title, pipe table with padded columns, caption, a footnote per reason for holes.</summary>
public static class MarkdownTable
{
    /// <summary>
    /// The table as text that ends with a line end; one of several budgets as a table for each, which a page has room for.
    /// </summary>
    public static string Write(ResultTable table)
    {
        StringBuilder text = new StringBuilder().Append("### ").Append(table.Title).Append("\n\n");
        ResultTable[] parts = [.. table.PartsByBudget()];
        string[] notes = [.. parts.SelectMany(p => p.Notes).Distinct()];
        foreach (ResultTable part in parts)
        {
            text.Append(part.Title == table.Title ? "" : $"#### {part.Title}\n\n").Append(Grid(part, notes)).Append('\n');
        }

        text.Append(table.Caption.Length > 0 ? $"{table.Caption}\n\n" : "");
        string legend = TableLegend.Of(table, t => t, "**bold**");
        text.Append(legend.Length > 0 ? $"{legend}\n" : "");
        for (int i = 0; i < notes.Length; i++)
        {
            text.Append(i == 0 ? "\n" : "").Append("- [").Append(i + 1).Append("] ").Append(notes[i]).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The pipe table alone.</summary>
    /// <param name="table">The table.</param>
    /// <param name="notes">The reasons for holes by the numbers that they have; those of the table when not given.</param>
    public static string Grid(ResultTable table, IReadOnlyList<string>? notes = null) => PipeTable(
        [.. table.Columns.Select(c => Escape(c.Label))],
        [.. table.Columns.Select(c => c.Numeric)],
        [.. table.Rows.Select(r => r.Select(c => Cell(c, notes ?? table.Notes)).ToArray())]);

    /// <summary>Makes a pipe table with padded columns, numbers aligned right. Cells are taken as Markdown.</summary>
    public static string PipeTable(IReadOnlyList<string> headings, IReadOnlyList<bool> numeric, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = headings.Select((h, c) => Math.Max(3, rows.Select(r => r[c]).Append(h).Max(cell => cell.Length))).ToArray();
        var text = new StringBuilder();
        Line(text, headings, widths, numeric);
        for (int c = 0; c < widths.Length; c++)
        {
            text.Append(numeric[c] ? "| " + new string('-', widths[c] - 1) + ": " : "| " + new string('-', widths[c]) + " ");
        }

        text.Append("|\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            Line(text, row, widths, numeric);
        }

        return text.ToString();
    }

    /// <summary>
    /// Escapes what would end a cell or start emphasis; between backticks nothing starts emphasis, and a backslash would be seen.
    /// </summary>
    public static string Escape(string text)
    {
        string[] parts = text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal).Split('`');
        return string.Join('`', parts.Select((part, i) => i % 2 == 1 && i < parts.Length - 1
            ? part
            : part.Replace("*", "\\*", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)));
    }

    private static string Cell(TableCell cell, IReadOnlyList<string> notes)
    {
        string text = cell.Best ? $"**{Escape(cell.Text)}**" : Escape(cell.Text);
        if (cell.Hole is null)
        {
            return text;
        }

        string mark = $"[{notes.ToList().IndexOf(cell.Hole) + 1}]";
        return text.Length == 0 ? "— " + mark : text + " " + mark;
    }

    private static void Line(StringBuilder text, IReadOnlyList<string> cells, int[] widths, IReadOnlyList<bool> numeric)
    {
        for (int c = 0; c < widths.Length; c++)
        {
            text.Append("| ").Append(numeric[c] ? cells[c].PadLeft(widths[c]) : cells[c].PadRight(widths[c])).Append(' ');
        }

        text.Append("|\n");
    }
}
