namespace Reproduce.Reporting;

/// <summary>A column of a result table.</summary>
/// <param name="Name">Name in the CSV file.</param>
/// <param name="Label">Heading in Markdown.</param>
/// <param name="Latex">Heading in LaTeX, already escaped.</param>
/// <param name="Numeric">Whether cells are numbers, to be aligned right.</param>
/// <param name="HasPlusMinus">Whether the CSV file has a second column with what stands behind ±.</param>
public sealed record TableColumn(string Name, string Label, string Latex, bool Numeric, bool HasPlusMinus = false);

/// <summary>A cell of a result table; the writers decide how a hole or a best value looks.</summary>
public sealed record TableCell
{
    /// <summary>What is shown, such as "0.612 ± 0.004"; empty where nothing belongs.</summary>
    public string Text { get; init; } = "";

    /// <summary>The number behind the text.</summary>
    public double? Value { get; init; }

    /// <summary>What stands behind ±.</summary>
    public double? PlusMinus { get; init; }

    /// <summary>Why something is missing, or null.</summary>
    public string? Hole { get; init; }

    /// <summary>Whether this is the best value of its column (among the contenders of one budget).</summary>
    public bool Best { get; init; }
}

/// <summary>A table of results: one model that is written as Markdown, CSV and LaTeX.</summary>
public sealed class ResultTable
{
    /// <summary>What the table shows, one line.</summary>
    public required string Title { get; init; }

    /// <summary>How it was measured: test sets, draws, classifier.</summary>
    public required string Caption { get; init; }

    /// <summary>What stands behind ±, such as "half the width of the 95 % interval over test sets".</summary>
    public string PlusMinus { get; init; } = "standard error over test sets";

    /// <summary>The columns.</summary>
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>The rows, each with a cell per column.</summary>
    public required IReadOnlyList<IReadOnlyList<TableCell>> Rows { get; init; }

    /// <summary>The distinct reasons for holes, in the order of their first appearance; their numbers are the footnote marks.</summary>
    public IReadOnlyList<string> Notes => [.. Rows.SelectMany(r => r).Select(c => c.Hole).OfType<string>().Distinct()];

    /// <summary>Whether any value is marked as the best of its column.</summary>
    public bool HasBest => Rows.Any(r => r.Any(c => c.Best));

    /// <summary>"row: column: reason" for every hole, for the list of holes of a report.</summary>
    public IReadOnlyList<string> Holes()
    {
        var result = new List<string>();
        foreach (var row in Rows)
        {
            string name = string.Join(", ", Columns.Zip(row).Where(p => p.Second.Text.Length > 0).Select(p => RowName(p.First, p.Second)).Where(n => n.Length > 0));
            result.AddRange(Columns.Zip(row).Where(p => p.Second.Hole is not null).Select(p => $"{name}: {p.First.Label}: {p.Second.Hole}"));
        }
        return result;
    }

    // One pass is not worth a word: flows have no other.
    private static string RowName(TableColumn column, TableCell cell) => column.Name switch
    {
        "budget" => $"budget {cell.Text}",
        "contender" => cell.Text,
        "steps" when cell.Text != "1" => $"{cell.Text} steps",
        _ => "",
    };

    /// <summary>Writes name.md, name.csv and name.tex into a folder, UTF-8, LF.</summary>
    public void Save(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        FileSizeLimit.WriteText(Path.Combine(folder, name + ".md"), MarkdownTable.Write(this));
        FileSizeLimit.WriteText(Path.Combine(folder, name + ".csv"), DelimitedTable.Write(this));
        FileSizeLimit.WriteText(Path.Combine(folder, name + ".tex"), LatexTable.Write(this, "tab:" + name));
    }
}
