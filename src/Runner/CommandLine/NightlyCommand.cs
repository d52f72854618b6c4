using System.Globalization;
using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Report;

namespace Reproduce.Runner.CommandLine;

/// <summary>Judges the results of a night by the baseline, notes them in the history and draws the trend; runs nothing itself.</summary>
public static class NightlyCommand
{
    /// <summary>Name of the file with the numbers to compare with.</summary>
    public const string BaselineFile = "baseline.csv";

    /// <summary>Name of the file that grows every night.</summary>
    public const string HistoryFile = "history.csv";

    /// <summary>Name of the page.</summary>
    public const string PageFile = "nightly.md";

    private const string TrendName = "trend";

    /// <summary>Compares, or with <paramref name="update"/> makes the night the baseline.</summary>
    /// <param name="results">Folder with a folder for each experiment and, anywhere in it, reports of benchmarks.</param>
    /// <param name="folder">Folder of baseline, history and page; made when it is missing.</param>
    /// <param name="update">Make the night's numbers the baseline.</param>
    /// <param name="output">Where to say what was done.</param>
    /// <param name="errors">Where to write one line for each regression.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">There are no results, no baseline, or a file is malformed.</exception>
    public static int Run(string results, string folder, bool update, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            return Judge(Path.GetFullPath(results), Path.GetFullPath(folder), update, output, errors);
        }
        catch (MalformedTableException e)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    private static int Judge(string results, string folder, bool update, TextWriter output, TextWriter errors)
    {
        NightlyResults night = NightlyResults.Read(results);
        string baselineFile = Path.Combine(folder, BaselineFile);
        NightlyBaseline? baseline = File.Exists(baselineFile) ? NightlyBaseline.Read(baselineFile) : null;
        IReadOnlyList<NightlyVerdict> verdicts = NightlyComparison.Compare(baseline, night.Entries, night.Origin.Key);
        Directory.CreateDirectory(folder);
        string historyFile = Path.Combine(folder, HistoryFile);
        if (!NightlyHistory.Append(historyFile, night.Origin, verdicts))
        {
            output.WriteLine($"{historyFile} has these results already.");
        }

        if (update)
        {
            Update(night, baselineFile, verdicts, output);
            baseline = new NightlyBaseline(night.Origin, night.Entries);
            verdicts = NightlyComparison.Compare(baseline, night.Entries, night.Origin.Key);
        }

        IReadOnlyList<NightlyHistoryRow> history = NightlyHistory.Read(historyFile);
        bool hasTrend = DrawTrend([.. history.Where(r => r.Origin.Key == night.Origin.Key)], night.Styles, folder);
        string page = Path.Combine(folder, PageFile);
        NightlyPage composed = new()
        {
            Origin = night.Origin,
            Baseline = baseline?.Origin,
            Verdicts = verdicts,
            Series = NightlySeries.Of(history, night.Origin.Key),
            Times = night.Times,
            Trend = hasTrend ? TrendName + ".png" : null,
        };
        WholeFile.WriteText(page, composed.Compose());
        new HtmlNightly(composed).Save(Path.Combine(folder, HtmlNightly.FileName));
        NightlySummary summary = new(composed);
        WholeFile.WriteText(Path.Combine(folder, NightlySummary.FileName), summary.Compose());
        WholeFile.WriteText(Path.Combine(folder, NightlySummary.BadgeFile), summary.Badge());
        output.WriteLine($"{Count(verdicts.Count(v => v.Outcome != NightlyOutcome.Missing), "entry", "entries")} measured: {page}");
        if (baseline is null)
        {
            throw new ConfigurationException(
                $"{baselineFile}: there is no baseline yet. Add --update to the same command to make one of the results in {results}.");
        }

        return Report(composed, errors);
    }

    // Of the night's own machine. What another machine's night has left goes: the page beside it would be of this one.
    private static bool DrawTrend(NightlyHistoryRow[] rows, ContenderStyles styles, string folder)
    {
        if (rows.Select(r => r.Time).Distinct().Count() >= TrendFigure.FewestNights)
        {
            TrendFigure.Create(rows, styles).Save(folder, TrendName);
            return true;
        }

        foreach (string figure in Directory.EnumerateFiles(folder, TrendName + ".*"))
        {
            HeldFiles.Delete(figure);
        }

        return false;
    }

    private static void Update(NightlyResults night, string file, IReadOnlyList<NightlyVerdict> verdicts, TextWriter output)
    {
        string[] problems =
        [
            .. night.Unfinished.Select(f => $"{f}: expected a finished run; a baseline without it would never miss it."),
            .. night.Entries.Where(e => e.Hole is not null).Select(e => $"{e.Name}: expected a number for the baseline: {e.Hole}."),
        ];
        if (problems.Length > 0)
        {
            throw new ConfigurationException(problems);
        }

        new NightlyBaseline(night.Origin, night.Entries).Write(file);
        output.WriteLine($"{file} has {Count(night.Entries.Count, "entry", "entries")} of {night.Origin.Date}; commit it.");
        foreach (NightlyVerdict gone in verdicts.Where(v => v.Outcome == NightlyOutcome.Missing))
        {
            output.WriteLine($"No longer in the baseline: {gone.Entry.Name}");
        }
    }

    private static int Report(NightlyPage page, TextWriter errors)
    {
        string[] lines = [.. page.RegressionLines];
        foreach (string line in lines)
        {
            errors.WriteLine(line);
        }

        return lines.Length > 0 ? ExitCodes.Regression : ExitCodes.Success;
    }

    private static string Count(int count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
