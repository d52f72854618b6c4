using System.Globalization;
using CsvHelper;

namespace Reproduce.Reporting;

/// <summary>
/// A result table as CSV for further computation: full digits, what stands behind ± in columns of its own, holes with their reason.
/// </summary>
public static class DelimitedTable
{
    /// <summary>The table as text that ends with a line end.</summary>
    public static string Write(ResultTable table)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = CsvWriter.Create(text, CsvTable.WriterOptions, leaveOpen: true))
        {
            foreach (TableColumn column in table.Columns)
            {
                writer.WriteField(column.Name);
                if (column.HasPlusMinus)
                {
                    writer.WriteField(column.Name + "_plus_minus");
                }
            }
            writer.WriteField("holes");
            writer.EndRecord();
            foreach (IReadOnlyList<TableCell> row in table.Rows)
            {
                WriteRow(writer, table.Columns, row);
            }
        }
        return text.ToString();
    }

    private static void WriteRow(CsvWriter writer, IReadOnlyList<TableColumn> columns, IReadOnlyList<TableCell> row)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            writer.WriteField(columns[i].Numeric ? Number(row[i].Value) : row[i].Text);
            if (columns[i].HasPlusMinus)
            {
                writer.WriteField(Number(row[i].PlusMinus));
            }
        }
        writer.WriteField(
            string.Join("; ", columns.Zip(row).Where(p => p.Second.Hole is not null).Select(p => $"{p.First.Name}: {p.Second.Hole}"))
        );
        writer.EndRecord();
    }

    private static string Number(double? value) => value is null ? "" : NumberText.RoundTrip(value.Value);
}
