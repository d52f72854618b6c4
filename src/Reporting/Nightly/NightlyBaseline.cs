using System.Globalization;
using CsvHelper;

namespace Reproduce.Reporting;

/// <summary>The numbers that nights are compared with, as a CSV file that is committed.</summary>
/// <param name="Origin">When and where they were measured.</param>
/// <param name="Entries">The numbers.</param>
public sealed record NightlyBaseline(NightlyOrigin Origin, IReadOnlyList<NightlyEntry> Entries)
{
    private static readonly string[] _columns =
        ["kind", "source", "setting", "metric", "value", "standard_error", "date", "commit", "machine", "packages", "values"];

    /// <summary>Reads a baseline.</summary>
    /// <exception cref="MalformedTableException">The file is malformed; the message names file, line and column.</exception>
    public static NightlyBaseline Read(string path)
    {
        using var csv = new CsvTable(path, _columns);
        var entries = new List<NightlyEntry>();
        NightlyOrigin? origin = null;
        while (csv.Next())
        {
            origin ??= new NightlyOrigin(
                csv.RequiredText("date"), csv.RequiredText("commit"), csv.RequiredText("machine"), csv.Text("packages"));
            NightlyEntry entry = ReadEntry(csv);
            if (entries.Any(e => e.Name == entry.Name))
            {
                throw new MalformedTableException(path, csv.Line, null, $"'{entry.Name}' appears twice");
            }

            entries.Add(entry);
        }
        return new NightlyBaseline(origin ?? throw new MalformedTableException(path, 1, null, "the baseline has no entries"), entries);
    }

    /// <summary>Writes the baseline: invariant culture, numbers that read back bit for bit, LF line ends.</summary>
    /// <exception cref="ArgumentException">An entry has a hole: every later night would be measured by it.</exception>
    public void Write(string path)
    {
        if (Entries.FirstOrDefault(e => e.Hole is not null) is { } hole)
        {
            throw new ArgumentException($"{hole.Name}: expected a number, got a hole: {hole.Hole}");
        }

        using var writer = CsvWriter.ToFile(path, CsvTable.WriterOptions);
        foreach (string column in _columns)
        {
            writer.WriteField(column);
        }

        writer.EndRecord();
        foreach (NightlyEntry entry in Entries)
        {
            string values = string.Join(' ', entry.Values.Select(NumberText.RoundTrip));
            string[] fields =
            [
                KindText.Of(entry.Kind), entry.Source, entry.Setting, entry.Metric, NumberText.RoundTrip(entry.Value),
                NumberText.RoundTrip(entry.StandardError), Origin.Date, Origin.Commit, Origin.Machine, Origin.Packages,
                values,
            ];
            foreach (string field in fields)
            {
                writer.WriteField(field);
            }

            writer.EndRecord();
        }
    }

    private static NightlyEntry ReadEntry(CsvTable csv) => new()
    {
        Kind = KindText.Read(csv),
        Source = csv.RequiredText("source"),
        Setting = csv.RequiredText("setting"),
        Metric = csv.RequiredText("metric"),
        Value = csv.Number("value"),
        StandardError = csv.Number("standard_error"),
        Values = [.. csv.Text("values").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => Value(csv, v))],
    };

    private static double Value(CsvTable csv, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw csv.Wrong("values", "a list of finite numbers");
}
