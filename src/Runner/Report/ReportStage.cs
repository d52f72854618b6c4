using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;

namespace Reproduce.Runner.Report;

/// <summary>Writes tables, figures and the report page of a run.</summary>
public static class ReportStage
{
    /// <summary>Name of the report page.</summary>
    public const string ReportFile = "report.md";

    /// <summary>Name of the file with the configuration as run.</summary>
    public const string ResolvedFile = "resolved.yaml";

    /// <summary>What somebody found in the numbers, beside the report.</summary>
    public const string FindingsFile = "FINDINGS.md";

    /// <summary>Folder of the figures.</summary>
    public const string FiguresFolder = "figures";

    private static readonly string[] s_numbers = [MeasurementFile.Name, MeasurementFile.CompressedName, Manifest.FileName];
    private static readonly string[] s_figureFiles = [".png", ".svg", ".pdf", ".json"];

    /// <summary>The configuration of a run at work in a folder; the report's own belongs to its numbers until the next report.</summary>
    /// <param name="output">The results folder.</param>
    public static string WorkingCopy(string output) => Path.Combine(output, ResultsLock.LogsFolder, ResolvedFile);

    /// <summary>Writes everything into the output folder; what is missing stands there with the reason.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="context">Where its jobs ran.</param>
    /// <param name="times">What they took.</param>
    /// <param name="output">The folder.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="earlier">The report in the folder that this one adds to; null when it takes its place.</param>
    public static void Write(
        RunPlan plan, JobContext context, RunTimes times, string output, RunRequest request, EarlierResults? earlier)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(request);
        string aside = Aside(output);
        string replaced = Path.Combine(output, Manifest.FileName);
        Manifest? last = earlier?.Manifest ?? (File.Exists(replaced) ? Manifest.Read(replaced) : null);
        Manifest manifest = Manifest.Gather(plan, context, times, request, earlier, last);
        File.Copy(WorkingCopy(output), Path.Combine(aside, ResolvedFile));
        List<Measurement> rows = Measurements.Gather(plan);
        MeasurementTable measurements = new(earlier?.MergedInto(rows) ?? rows);
        ReportContent content = new(plan, measurements, ReadPublished(request), output);
        bool Draws(int budget) => earlier is null || HasShownDraws(plan, content.Settings, budget);
        DrawsAtHand draws = new()
        {
            OfBudget = Draws,
            OfShownBudget = Draws(plan.Experiment.Figures.Shown(content.Budgets)),
            // Of every contender at some budgets, which the legend names, rather than of an earlier run's at all of them.
            Losses = earlier is null || content.Settings.All(s => plan.Trainings.Any(t => t.Contender == s.Contender && t.Replicate == 0)),
        };
        IReadOnlyList<ReportFigure> figures = content.Figures(draws);
        string[] missing =
        [
            .. plan.LeftOut.Where(c => content.Settings.All(s => s.Contender != c)).Select(c => $"{c}: left out of this run (--only)"),
            .. plan.Trainings.Where(t => t.WhyMissing() is not null).Select(t => $"{t.Folder.Label}: {t.WhyMissing()}"),
            .. Replaced(manifest),
        ];
        FigureEntry[] kept = Kept(figures, earlier?.Figures ?? []);
        Write(aside, output, content, manifest, figures, kept, missing);
        if (
            draws.OfShownBudget
            && plan.Task.Description.Images is null
            && new PosteriorDraws(plan, content.Styles).PaperRow() is PosteriorRow row
        )
        {
            PosteriorRowFile.Write(row, Path.Combine(aside, FiguresFolder, PosteriorRowFile.FileName));
        }

        Publish(aside, output, kept);
    }

    /// <summary>
    /// Writes the report in a folder anew from the measurements there: tables, the figures that they alone decide, and verdicts on the
    /// claims of the experiment as it is asked for. The other figures stay as they are. Nothing is computed and no cache is read.
    /// </summary>
    /// <param name="plan">The experiment; what it plans and the folder has not stands under what is missing.</param>
    /// <param name="resolved">The experiment as asked for, YAML.</param>
    /// <param name="output">The folder.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="earlier">The report in the folder.</param>
    /// <returns>The report for a browser, as it was written.</returns>
    public static HtmlReport Rewrite(RunPlan plan, string resolved, string output, RunRequest request, EarlierResults earlier)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(earlier);
        string aside = Aside(output);
        WholeFile.WriteText(Path.Combine(aside, ResolvedFile), resolved);
        JobOrigin here = JobOrigin.Here();
        Manifest manifest = earlier.Manifest with
        {
            ReportWritten = $"{here.Finished}, source {here.Source}",
            Settings = DecidingSettings.Merge(DecidingSettings.Of(plan.Experiment, plan.LeftOut), earlier.Settings),
        };
        ReportContent content = new(plan, earlier.Measurements, ReadPublished(request), output);
        IReadOnlyList<ReportFigure> figures = content.Figures(DrawsAtHand.None);
        FigureEntry[] kept = Kept(figures, earlier.Figures);
        HtmlReport page = Write(aside, output, content, manifest, figures, kept, [.. content.NotMeasured(), .. Replaced(manifest)]);
        Publish(aside, output, kept);
        return page;
    }

    private static IEnumerable<string> Replaced(Manifest manifest) => manifest.FailedSimulations.Select(f => $"failed and replaced: {f}");

    // Everything is written aside and then put in its place file by file: a full disk leaves the report of before, whole.
    private static string Aside(string output)
    {
        string aside = Path.Combine(output, ResultsLock.LogsFolder, "report.part");
        HeldFiles.DeleteFolder(aside);
        Directory.CreateDirectory(aside);
        return aside;
    }

    private static HtmlReport Write(
        string aside,
        string output,
        ReportContent content,
        Manifest manifest,
        IReadOnlyList<ReportFigure> figures,
        FigureEntry[] kept,
        string[] missing
    )
    {
        manifest.Write(Path.Combine(aside, Manifest.FileName));
        MeasurementFile.Write(content.Measurements, aside);
        ReportPage page = content.Page(manifest, figures, kept, missing);
        page.Save(aside);
        string findings = Path.Combine(output, FindingsFile);
        HtmlReport html = content.Html(page, File.Exists(findings) ? File.ReadAllText(findings) : "", Picture);
        html.Save(Path.Combine(aside, HtmlReport.FileName));
        return html;

        byte[]? Picture(string name) =>
            new[] { aside, output }.Select(f => Path.Combine(f, FiguresFolder, name + ".png")).FirstOrDefault(File.Exists) is string file
                ? File.ReadAllBytes(file)
                : null;
    }

    // What this report cannot draw, as the one before has it.
    private static FigureEntry[] Kept(IReadOnlyList<ReportFigure> figures, IReadOnlyList<FigureEntry> before) =>
        [.. before.Where(f => !f.FromTable && figures.All(g => g.Name != f.Name))];

    /// <summary>Puts a report that is written aside into its folder.</summary>
    /// <param name="aside">Where it is written.</param>
    /// <param name="output">The folder.</param>
    /// <param name="kept">Figures of the report of before that this one keeps.</param>
    /// <exception cref="IOException">A file of the report of before cannot be replaced; its numbers and its manifest still fit.</exception>
    internal static void Publish(string aside, string output, FigureEntry[] kept)
    {
        // A run of other budgets has figures of other names (posteriors.json goes with the figure of that name); what no page shows any
        // more would pass for results of this one. Only a report's own files are looked at: the folder may hold somebody's others.
        string figures = Path.Combine(output, FiguresFolder);
        string index = Path.Combine(figures, FigureIndex.FileName);
        string[] before = File.Exists(index) ? [.. FigureIndex.Read(index).Select(f => f.Name).Except(kept.Select(f => f.Name))] : [];
        string[] files = [.. Directory.EnumerateFiles(aside, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(aside, f))];
        foreach (string file in files.Except(s_numbers).Order(StringComparer.Ordinal))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(output, file))!);
            HeldFiles.Replace(Path.Combine(aside, file), Path.Combine(output, file));
        }

        IEnumerable<string> stale = before.SelectMany(name => s_figureFiles.Select(e => Path.Combine(FiguresFolder, name + e)));
        foreach (string file in stale.Except(files))
        {
            HeldFiles.Delete(Path.Combine(output, file));
        }

        PublishNumbers(aside, output, files);
        HeldFiles.DeleteFolder(aside);
    }

    // The numbers and the manifest, which says by what settings they were measured, change together: a spreadsheet may hold the numbers
    // open, and those of before beside the new manifest would pass for numbers of its settings. Without a manifest nothing is kept.
    private static void PublishNumbers(string aside, string output, string[] files)
    {
        string manifest = Path.Combine(output, Manifest.FileName), before = Path.Combine(aside, "before.json");
        bool replaces = File.Exists(manifest);
        if (replaces)
        {
            HeldFiles.Replace(manifest, before);
        }

        string[] measurements = [.. s_numbers.Except([Manifest.FileName])];
        try
        {
            foreach (string file in measurements.Intersect(files))
            {
                HeldFiles.Replace(Path.Combine(aside, file), Path.Combine(output, file));
            }
        }
        catch when (replaces)
        {
            HeldFiles.Replace(before, manifest);
            throw;
        }

        foreach (string file in measurements.Except(files))
        {
            HeldFiles.Delete(Path.Combine(output, file));
        }

        HeldFiles.Replace(Path.Combine(aside, Manifest.FileName), manifest);
    }

    private static bool HasShownDraws(RunPlan plan, IReadOnlyList<Setting> all, int budget) =>
        all.Where(s => s.Budget == budget)
            .All(s =>
                plan.Samples.Any(own =>
                    own.Train.Budget == budget && own.Train.Contender == s.Contender && own.Steps == own.Train.Settings.ShownSteps
                )
            );

    /// <summary>The paper's numbers, or none where they are not.</summary>
    /// <param name="request">What was asked for.</param>
    internal static PublishedResults ReadPublished(RunRequest request)
    {
        string path = Path.Combine(request.ResultsRoot, "published", "published-results.csv");
        return File.Exists(path) ? PublishedResults.Read(path) : PublishedResults.None;
    }
}
