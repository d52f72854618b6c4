using System.Globalization;
using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
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

    /// <summary>Folder of the figures.</summary>
    public const string FiguresFolder = "figures";

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
        Experiment experiment = plan.Experiment;
        // Everything is written aside and then put in its place file by file: a full disk leaves the report of before, whole.
        string aside = Path.Combine(output, ResultsLock.LogsFolder, "report.part");
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        Directory.CreateDirectory(aside);
        string replaced = Path.Combine(output, Manifest.FileName);
        Manifest? last = earlier?.Manifest ?? (File.Exists(replaced) ? Manifest.Read(replaced) : null);
        Manifest manifest = Manifest.Gather(plan, context, times, request, earlier, last);
        manifest.Write(Path.Combine(aside, Manifest.FileName));
        File.Copy(WorkingCopy(output), Path.Combine(aside, ResolvedFile));
        List<Measurement> rows = Measurements.Gather(plan);
        MeasurementTable measurements = new(earlier?.MergedInto(rows) ?? rows);
        MeasurementFile.Write(measurements, aside);

        Setting[] settings = AllSettings(plan, measurements);
        int[] budgets = [.. settings.Select(s => s.Budget).Distinct()];
        // A run of other budgets, or of some contenders, that adds to a report has not all the draws or losses for its figures.
        bool Draws(int budget) => earlier is null || HasShownDraws(plan, settings, budget);
        bool losses = earlier is null || settings.All(s => plan.Trainings.Any(t => t.Contender == s.Contender && t.Budget == s.Budget));
        bool ofShownBudget = Draws(experiment.Figures.Shown(budgets));
        PublishedResults published = ReadPublished(request);
        IReadOnlyList<ReportFigure> figures = new FigureBook(plan, measurements, published).Create(severalBudgets: budgets.Length > 1, Draws, ofShownBudget, losses);
        FigureEntry[] kept = [.. (earlier?.Figures ?? []).Where(f => !f.FromTable && figures.All(g => g.Name != f.Name))];
        new ReportPage
        {
            Title = $"{experiment.Title}{(plan.Variant == Measurement.PaperVariant ? "" : $" ({plan.Variant})")}",
            Introduction = $"{experiment.Paper}. {experiment.Description}".Trim(' ', '.') + ".",
            Facts = ReportFacts.Of(plan, manifest, request, budgets),
            Tables = [new ReportTable("table", plan.Task.Description.Images is not null
                ? ImageTableBuilder.Build(measurements, published, TableRequest(plan, published, settings, ImageCaption(experiment)))
                : ResultTableBuilder.Build(measurements, published, TableRequest(plan, published, settings, TableCaption(plan))))],
            Figures = figures,
            Kept = kept,
            Disagreements = published.Disagreements(experiment.Name),
            Findings = Findings(experiment, plan.Variant, measurements, published, output),
            Missing =
            [
                .. plan.LeftOut.Where(c => settings.All(s => s.Contender != c)).Select(c => $"{c}: left out of this run (--only)"),
                .. plan.Trainings.Where(t => t.WhyMissing() is not null).Select(t => $"{t.Folder.Label}: {t.WhyMissing()}"),
                .. plan.Simulations.Select(s => s.Folder).Append(plan.TestSet.Folder).SelectMany(FailedSimulationsFile.Read).Select(f => $"failed and replaced: {f}"),
            ],
            Folder = FiguresFolder,
        }.Save(aside);
        if (ofShownBudget && plan.Task.Description.Images is null && new PosteriorDraws(plan).PaperRow() is PosteriorRow row)
        {
            PosteriorRowFile.Write(row, Path.Combine(aside, FiguresFolder, PosteriorRowFile.FileName));
        }

        Publish(aside, output, [.. kept.Select(f => f.Name)]);
    }

    private static void Publish(string aside, string output, string[] kept)
    {
        // A run of other budgets has figures of other names (posteriors.json goes with the figure of that name); what no page shows any more would
        // pass for results of this one. Only a report's own files are looked at: the folder may hold somebody's others.
        string figures = Path.Combine(output, FiguresFolder);
        string index = Path.Combine(figures, FigureIndex.FileName);
        string[] before = File.Exists(index) ? [.. FigureIndex.Read(index).Select(f => f.Name).Except(kept)] : [];
        HashSet<string> fresh = [];
        foreach (string file in Directory.EnumerateFiles(aside, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray())
        {
            string target = Path.Combine(output, Path.GetRelativePath(aside, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Place(file, target);
            fresh.Add(target);
        }

        IEnumerable<string> own =
        [
            .. before.SelectMany(name => s_figureFiles.Select(ending => Path.Combine(figures, name + ending))),
            Path.Combine(output, MeasurementFile.Name),
            Path.Combine(output, MeasurementFile.CompressedName),
        ];
        foreach (string stale in own.Where(f => !fresh.Contains(f)))
        {
            File.Delete(stale);
        }

        Directory.Delete(aside, recursive: true);
    }

    private static void Place(string file, string target)
    {
        try
        {
            File.Move(file, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && File.Exists(target))
        {
            // On Windows another program may have it open.
            throw new IOException($"{target} cannot be replaced. Close it where it is open and run the same command again: nothing is computed twice. ({e.Message})", e);
        }
    }

    // What this run has planned and what is kept of others.
    private static Setting[] AllSettings(RunPlan plan, MeasurementTable measurements) =>
    [
        .. plan.Samples.Select(s => new Setting(s.Train.Contender, s.Train.Budget, s.Steps))
            .Union(measurements.Settings(plan.Experiment.Name, plan.Variant)),
    ];

    private static bool HasShownDraws(RunPlan plan, Setting[] all, int budget) => all
        .Where(s => s.Budget == budget)
        .All(s => plan.Samples.Any(own => own.Train.Budget == budget && own.Train.Contender == s.Contender && own.Steps == own.Train.Settings.ShownSteps));

    private static ResultTableRequest TableRequest(RunPlan plan, PublishedResults published, Setting[] settings, string caption)
    {
        Experiment experiment = plan.Experiment;
        IReadOnlyList<MetricStyle> metrics = Metrics.StylesOf(plan.Task.Description, experiment.Test);

        // Where two metrics are published under one name, the paper means the one that fewer tasks have.
        string[] compared =
        [
            .. metrics.Where(m => published.Has(experiment.Name, m.PublishedName)).GroupBy(m => m.PublishedName).Select(same => same.Last().Name),
        ];
        return new ResultTableRequest
        {
            Experiment = experiment.Name,
            Title = experiment.Title,
            Variant = plan.Variant,
            Caption = caption,
            Planned = settings,
            Floor = plan.Reference is not null,
            Metrics = [.. metrics.Select(m => m.Name)],
            ComparedMetric = compared.FirstOrDefault(),
            AlsoPublished = compared.Length > 1 ? compared[1..] : [],
        };
    }

    // How the table's metrics were taken; what the max ECE can reach at best, where no exact posterior stands in the table.
    private static string TableCaption(RunPlan plan)
    {
        Experiment experiment = plan.Experiment;
        string drawn = $"{experiment.Test.DataSets} test sets, {experiment.Test.Draws} draws each.";
        if (plan.Reference is null)
        {
            CalibratedError error = CalibratedError.Simulate(experiment.Test.DataSets, plan.Task.ParameterNames.Count, plan.Key.Child("calibrated"));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{drawn} With so many test sets the max ECE of exact posteriors would be {error.Median:F3} (median; 90 % of the times from {error.Low:F3} to {error.High:F3}).");
        }

        C2stSettings c2st = experiment.Scores.C2st;
        string protocol = c2st.Folds == 0
            ? string.Create(CultureInfo.InvariantCulture, $"one {1 - c2st.TestFraction:P0} / {c2st.TestFraction:P0} split")
            : $"{c2st.Folds} folds";
        return $"{drawn} C2ST: two hidden layers of {c2st.HiddenPerDimension} units per parameter, {protocol}, scaled by the reference. " +
            $"MMD on {experiment.Scores.Mmd.Compared(experiment.Test.Draws)} draws of each sample.";
    }

    private static string ImageCaption(Experiment experiment)
    {
        TestSettings test = experiment.Test;
        string marginal = test.MarginalDataSets is int count
            ? $" MMD² between one draw for each of {count / test.MarginalParts} observations and their images, {test.MarginalParts} times; biased as published, and unbiased, which takes draws and images for independent and falls below 0 where a draw resembles its own image."
            : "";
        return $"RMSE over {test.DataSets} test images, {test.Draws} draws each.{marginal} " +
            "The paper's values: 20,000 optimiser steps (of 32 images, with 60,000 images of 256), 100 test images x 100 draws, and MMD² (biased) between 1583 draws and images, six times.";
    }

    /// <summary>The claims on this run's numbers and, in the paper's own report, on those of the variants that were run before.</summary>
    private static List<ClaimFinding> Findings(
        Experiment experiment, string variant, MeasurementTable measurements, PublishedResults published, string output)
    {
        List<ClaimEvidence> evidence = [new(measurements, published, experiment.Name, variant)];
        if (variant == Measurement.PaperVariant && Directory.Exists(output))
        {
            evidence.AddRange(
                from folder in Directory.EnumerateDirectories(output).Order(StringComparer.Ordinal)
                let file = MeasurementFile.Find(folder)
                where file is not null
                select new ClaimEvidence(MeasurementTable.Read(file), published, experiment.Name, Path.GetFileName(folder)));
        }

        return [.. from claim in experiment.Claims from e in evidence select claim.Judge(e)];
    }

    /// <summary>The paper's numbers, or none where they are not.</summary>
    /// <param name="request">What was asked for.</param>
    internal static PublishedResults ReadPublished(RunRequest request)
    {
        string path = Path.Combine(request.ResultsRoot, "published", "published-results.csv");
        return File.Exists(path) ? PublishedResults.Read(path) : PublishedResults.None;
    }
}
