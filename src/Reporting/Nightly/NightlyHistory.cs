using System.Globalization;
using CsvHelper;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>The file that grows by a line for every entry of every night.</summary>
public static class NightlyHistory
{
    /// <summary>How dates are written, UTC.</summary>
    public const string DateFormat = "yyyy-MM-dd HH:mm'Z'";

    private static readonly string[] _columns =
    [
        "date", "commit", "machine", "packages", "kind", "source", "setting", "metric", "value", "standard_error", "baseline", "limit",
        "outcome",
    ];

    /// <summary>Appends a night.</summary>
    /// <param name="path">The file; it is made when it is missing.</param>
    /// <param name="origin">When and where.</param>
    /// <param name="verdicts">The night's verdicts.</param>
    /// <returns>False when the file has a night of that time and machine: the same results were judged before.</returns>
    /// <exception cref="MalformedTableException">The file is malformed.</exception>
    public static bool Append(string path, NightlyOrigin origin, IReadOnlyList<NightlyVerdict> verdicts)
    {
        bool exists = File.Exists(path);
        if (exists && Read(path).Any(r => r.Origin == origin))
        {
            return false;
        }
        // Beside the file and then in its place: whoever ends the process leaves the nights of before, whole.
        WholeFile.Write(path, beside =>
        {
            using StreamWriter text = new(beside);
            if (exists)
            {
                text.Write(File.ReadAllText(path));
            }

            using CsvWriter writer = CsvWriter.Create(text, CsvTable.WriterOptions, leaveOpen: true);
            if (!exists)
            {
                Line(writer, _columns);
            }

            foreach (NightlyVerdict verdict in verdicts)
            {
                Line(writer, Fields(origin, verdict));
            }
        });
        return true;
    }

    /// <summary>Reads all nights, in the order of the file; none when it is missing.</summary>
    /// <exception cref="MalformedTableException">The file is malformed; the message names file, line and column.</exception>
    public static IReadOnlyList<NightlyHistoryRow> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var csv = new CsvTable(path, _columns);
        var rows = new List<NightlyHistoryRow>();
        while (csv.Next())
        {
            rows.Add(ReadRow(csv));
        }

        return rows;
    }

    private static NightlyHistoryRow ReadRow(CsvTable csv)
    {
        if (!DateTime.TryParseExact(csv.Text("date"), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out _))
        {
            throw csv.Wrong("date", "a time such as '2026-11-24 03:10Z'");
        }

        if (!Enum.TryParse(csv.Text("outcome"), ignoreCase: true, out NightlyOutcome outcome))
        {
            throw csv.Wrong("outcome", "a verdict");
        }

        return new NightlyHistoryRow(
            new NightlyOrigin(csv.Text("date"), csv.RequiredText("commit"), csv.RequiredText("machine"), csv.Text("packages")),
            KindText.Read(csv),
            csv.RequiredText("source"),
            csv.RequiredText("setting"),
            csv.RequiredText("metric"),
            csv.Text("value").Length == 0 ? double.NaN : csv.Number("value"),
            csv.Text("standard_error").Length == 0 ? 0 : csv.Number("standard_error"),
            outcome);
    }

    private static string[] Fields(NightlyOrigin origin, NightlyVerdict verdict) =>
        [
            origin.Date,
            origin.Commit,
            origin.Machine,
            origin.Packages,
            KindText.Of(verdict.Entry.Kind),
            verdict.Entry.Source,
            verdict.Entry.Setting,
            verdict.Entry.Metric,
            Number(verdict.Night?.Value),
            Number(verdict.Night?.StandardError),
            Number(verdict.Baseline?.Value),
            Number(verdict.Limit),
            Word(verdict.Outcome),
        ];

    internal static string Word(NightlyOutcome outcome) => outcome switch
    {
        NightlyOutcome.Better => "better",
        NightlyOutcome.New => "new",
        NightlyOutcome.Worse => "worse",
        NightlyOutcome.Missing => "missing",
        NightlyOutcome.Noisy => "noisy",
        _ => "unchanged",
    };

    private static string Number(double? value) => value is { } v && double.IsFinite(v) ? NumberText.RoundTrip(v) : "";

    private static void Line(CsvWriter writer, string[] fields)
    {
        foreach (string field in fields)
        {
            writer.WriteField(field);
        }

        writer.EndRecord();
    }
}
