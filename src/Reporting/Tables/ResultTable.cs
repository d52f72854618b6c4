using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>A table of results: one model that is written as Markdown, CSV and LaTeX.</summary>
public sealed class ResultTable
{
    private const int MostNamed = 6;

    /// <summary>What the table shows, one line.</summary>
    public required string Title { get; init; }

    /// <summary>What the table is called in an article: its label in LaTeX is this behind "tab:", unlike that of any other table.</summary>
    public required string Label { get; init; }

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

    /// <summary>
    /// A table for each budget, without the column of budgets and without columns that have no number for it, titled "Budget 512"; rows of
    /// no budget (the floor) stand in each. A table of one budget is its own only part.
    /// </summary>
    public IEnumerable<ResultTable> PartsByBudget()
    {
        int column = Columns.ToList().FindIndex(c => c.Name == "budget");
        string[] budgets = column < 0 ? [] : [.. Rows.Select(r => r[column].Text).Where(t => t.Length > 0).Distinct()];
        return budgets.Length < 2 ? [this] : budgets.Select(Part);

        ResultTable Part(string budget)
        {
            IReadOnlyList<TableCell>[] rows = [.. Rows.Where(r => r[column].Text == budget || r[column].Text.Length == 0)];
            int[] columns =
            [
                .. Enumerable
                    .Range(0, Columns.Count)
                    .Where(c => c != column && rows.Any(r => r[column].Text.Length > 0 && r[c].Text.Length > 0)),
            ];
            return new ResultTable
            {
                Title = $"Budget {budget}",
                Label = $"{Label}-{budget}",
                Caption = Caption,
                PlusMinus = PlusMinus,
                Columns = [.. columns.Select(c => Columns[c])],
                Rows = [.. rows.Select(r => columns.Select(c => r[c]).ToArray())],
            };
        }
    }

    /// <summary>
    /// "row: column: reason" for every hole, for the list of holes of a report; where many rows lack the same for the same reason, one
    /// line says how many.
    /// </summary>
    public IReadOnlyList<string> Holes()
    {
        (int Column, string Reason, string Row)[] holes =
        [
            .. from row in Rows
               from column in Enumerable.Range(0, Columns.Count)
               where row[column].Hole is not null
               select (column, row[column].Hole!, RowName(row)),
        ];
        Dictionary<(int Column, string Reason), int> counts = holes.CountBy(h => (h.Column, h.Reason)).ToDictionary();
        return
        [
            .. holes
                .Where(h => counts[(h.Column, h.Reason)] <= MostNamed)
                .Select(h => $"{h.Row}: {Columns[h.Column].Label}: {h.Reason}"),
            .. counts.Where(c => c.Value > MostNamed).Select(c => $"{Columns[c.Key.Column].Label}: {c.Key.Reason} in {c.Value} rows"),
        ];
    }

    private string RowName(IReadOnlyList<TableCell> row) => string.Join(
        ", ", Columns.Zip(row).Where(p => p.Second.Text.Length > 0).Select(p => RowName(p.First, p.Second)).Where(n => n.Length > 0));

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
        FileSizeLimit.WriteText(Path.Combine(folder, name + ".tex"), LatexTable.Write(this, "tab:" + Label));
    }
}
