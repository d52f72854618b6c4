using System.Globalization;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>What was found so far, on the disk after every subject: a check that is killed loses nothing.</summary>
internal sealed class CheckReport
{
    private readonly DeviceCheckSettings _settings;
    private readonly List<CheckRow> _rows = [];
    private readonly Action<string> _say;

    /// <summary>An empty report.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="device">The device in words.</param>
    /// <param name="say">Told every finding at once, in a line.</param>
    public CheckReport(DeviceCheckSettings settings, string device, Action<string> say)
    {
        _settings = settings;
        Device = device;
        _say = say;
    }

    /// <summary>The device in words.</summary>
    public string Device { get; }

    /// <summary>The findings.</summary>
    public IReadOnlyList<CheckRow> Rows => _rows;

    /// <summary>Adds a finding.</summary>
    /// <param name="row">The finding.</param>
    public void Add(CheckRow row)
    {
        _rows.Add(row);
        string value = row.Value is double number ? NumberText.Significant(number, 3) : "-";
        _say($"{row.Subject}: {row.Measure} {value} {row.Unit} {row.Verdict} {row.Note}".TrimEnd());
    }

    /// <summary>Writes device-check.json and device-check.md.</summary>
    public void Write()
    {
        Directory.CreateDirectory(_settings.Folder);
        WholeFile.WriteText(Path.Combine(_settings.Folder, "device-check.json"), Json());
        WholeFile.WriteText(Path.Combine(_settings.Folder, "device-check.md"), Table());
    }

    /// <summary>The findings for machines.</summary>
    public string Json()
    {
        JobOrigin here = JobOrigin.Here();
        return IndentedJson.Write(new
        {
            device = Device,
            machine = here.Machine,
            versions = here.Versions,
            source = here.Source,
            finished = here.Finished,
            profile = _settings.Profile,
            minutes = _settings.Limit.TotalMinutes,
            wrong = _rows.Count(r => r.IsWrong),
            rows = _rows.Select(r => new
            {
                subject = r.Subject,
                measure = r.Measure,
                value = r.Value is double v && double.IsFinite(v) ? r.Value : null,
                unit = r.Unit,
                limit = r.Limit,
                verdict = r.Verdict,
                note = r.Note,
            }).ToArray(),
        });
    }

    /// <summary>The findings for people, a pipe table under the machine's name.</summary>
    public string Table()
    {
        JobOrigin here = JobOrigin.Here();
        string table = MarkdownTable.PipeTable(
            ["subject", "measure", "value", "unit", "at most", "verdict", "note"],
            [false, false, true, false, true, false, false],
            [.. _rows.Select(Cells)]);
        return $"# {Device}\n\n{here.Machine}, {here.Versions}, source {here.Source}, {here.Finished}; "
            + string.Create(CultureInfo.InvariantCulture, $"{_rows.Count(r => r.IsWrong)} of {_rows.Count} findings are wrong.\n\n{table}");
    }

    private static string[] Cells(CheckRow row) =>
    [
        MarkdownTable.Escape(row.Subject),
        MarkdownTable.Escape(row.Measure),
        row.Value is double value ? NumberText.Significant(value, 3) : "-",
        row.Unit,
        row.Limit is double limit ? NumberText.Significant(limit, 3) : "",
        row.Verdict,
        MarkdownTable.Escape(row.Note),
    ];
}
