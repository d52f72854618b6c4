using System.Globalization;
using CsvHelper;

namespace Reproduce.Reporting;

/// <summary>measurements.csv: one line per measurement, UTF-8, LF, invariant numbers that read back bit for bit.</summary>
internal static class MeasurementCsv
{
    private static readonly string[] _columns =
    [
        "experiment", "variant", "contender", "method", "network", "budget", "replicate", "steps", "data_set", "metric", "value", "status",
    ];

    // Of before contenders had free names; committed results have it.
    private static readonly string[] _formerColumns = [.. _columns.Except(["method", "network"])];

    public static MeasurementTable Read(string path)
    {
        using var csv = new CsvTable(path, [_columns, _formerColumns]);
        var rows = new List<Measurement>();
        while (csv.Next())
        {
            rows.Add(ReadRow(csv));
        }

        try
        {
            return new MeasurementTable(rows);
        }
        catch (ArgumentException e)
        {
            throw new MalformedTableException(path, csv.Line, null, e.Message);
        }
    }

    public static byte[] Text(MeasurementTable table)
    {
        using var text = new MemoryStream();
        using (CsvWriter writer = CsvWriter.Create(text, CsvTable.WriterOptions, leaveOpen: true))
        {
            WriteRows(table, writer);
        }

        return text.ToArray();
    }

    private static void WriteRows(MeasurementTable table, CsvWriter writer)
    {
        foreach (string column in _columns)
        {
            writer.WriteField(column);
        }

        writer.EndRecord();
        foreach (Measurement row in table.Rows)
        {
            writer.WriteField(row.Experiment);
            writer.WriteField(row.Variant);
            writer.WriteField(row.Contender);
            writer.WriteField(row.Method);
            writer.WriteField(row.Network);
            writer.WriteField(Text(row.Budget));
            writer.WriteField(Text(row.Replicate));
            writer.WriteField(Text(row.Steps));
            writer.WriteField(row.DataSet is { } set ? Text(set) : "");
            writer.WriteField(row.Metric);
            writer.WriteField(double.IsNaN(row.Value) ? "" : NumberText.RoundTrip(row.Value));
            writer.WriteField(row.Status);
            writer.EndRecord();
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    // Files without these columns were written when a contender was named METHOD, METHOD-NETWORK or METHOD-REMARK.
    private static (string Method, string Network) Former(string contender)
    {
        if (contender == Measurement.Reference)
        {
            return ("", "");
        }

        string[] parts = contender.Split('-', 2);
        string network = parts.Length == 1 ? "" : parts[1] switch
        {
            "naive" => "naive",
            "unet" => "u-net",
            _ => "",
        };
        return (parts[0], network);
    }

    private static Measurement ReadRow(CsvTable csv)
    {
        string status = csv.RequiredText("status");
        bool failed = status != Measurement.Ok;
        if (failed && csv.Text("value").Length > 0)
        {
            throw new MalformedTableException(
                csv.Path,
                csv.Line,
                "value",
                $"'{csv.Text("value")}' beside the status '{status}'; expected no value"
            );
        }

        string contender = csv.RequiredText("contender");
        (string method, string network) = !csv.Has("method") ? Former(contender)
            : contender == Measurement.Reference ? ("", "")
            : (csv.RequiredText("method"), csv.Text("network"));
        return new Measurement
        {
            Experiment = csv.RequiredText("experiment"),
            Variant = csv.RequiredText("variant"),
            Contender = contender,
            Method = method,
            Network = network,
            Budget = csv.Integer("budget"),
            Replicate = csv.Integer("replicate"),
            Steps = csv.Integer("steps"),
            DataSet = csv.Text("data_set").Length == 0 ? null : csv.Integer("data_set"),
            Metric = csv.RequiredText("metric"),
            Value = failed ? double.NaN : csv.Number("value"),
            Status = status,
        };
    }
}
