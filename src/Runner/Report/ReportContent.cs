using System.Globalization;
using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Report;

/// <summary>What a report shows of an experiment and its numbers.</summary>
/// <param name="plan">The experiment.</param>
/// <param name="measurements">The numbers.</param>
/// <param name="published">The paper's numbers.</param>
/// <param name="output">The results folder; variants have theirs below it.</param>
internal sealed class ReportContent(RunPlan plan, MeasurementTable measurements, PublishedResults published, string output)
{
    // The paper's own choice: quality against the budget, else against time; calibration where nothing else was swept.
    private static readonly string[] s_headlines = ["c2st_vs_budget", "c2st_vs_time", "recovery"];

    /// <summary>The numbers.</summary>
    public MeasurementTable Measurements => measurements;

    /// <summary>How the contenders are shown.</summary>
    public ContenderStyles Styles { get; } = ReportStyles.Of(plan.Experiment, measurements);

    /// <summary>
    /// The settings that are planned, and those that were measured by other runs. A contender at a budget that nobody has run yet
    /// would be a row of holes: it stands under what is missing alone.
    /// </summary>
    public IReadOnlyList<Setting> Settings { get; } = PlannedOrMeasured(plan, measurements.Settings(plan.Experiment.Name, plan.Variant));

    /// <summary>The budgets of the settings.</summary>
    public int[] Budgets => [.. Settings.Select(s => s.Budget).Distinct().Order()];

    /// <summary>The figures for which there is something to show.</summary>
    /// <param name="draws">The draws and losses that can be shown.</param>
    public IReadOnlyList<ReportFigure> Figures(DrawsAtHand draws) =>
        new FigureBook(plan, measurements, published, Styles).Create(severalBudgets: Budgets.Length > 1, draws);

    /// <summary>
    /// What the experiment plans and nobody measured: a line for each contender and budget with fewer trainings than planned.
    /// </summary>
    public IEnumerable<string> NotMeasured() =>
        from training in plan.Trainings
        where plan.StepsOf(training).Length > 0
        group training.Replicate by (training.Contender, training.Budget) into planned
        let measured = Replicates(planned.Key.Contender, planned.Key.Budget).Intersect(planned).Count()
        where measured < planned.Count()
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{planned.Key.Contender}, {planned.Key.Budget} simulations: {measured} of {planned.Count()} trainings measured"
        );

    /// <summary>The page.</summary>
    /// <param name="manifest">How the numbers were made.</param>
    /// <param name="figures">The figures.</param>
    /// <param name="kept">Figures of an earlier page.</param>
    /// <param name="missing">What is missing, apart from holes in the table.</param>
    public ReportPage Page(
        Manifest manifest,
        IReadOnlyList<ReportFigure> figures,
        IReadOnlyList<FigureEntry> kept,
        IReadOnlyList<string> missing
    )
    {
        Experiment experiment = plan.Experiment;
        return new ReportPage
        {
            Title = $"{experiment.Title}{(plan.Variant == Measurement.PaperVariant ? "" : $" ({plan.Variant})")}",
            Introduction = $"{experiment.Paper}. {experiment.Description}".Trim(' ', '.') + ".",
            Facts =
            [
                .. ReportFacts.Of(plan, manifest, Budgets, b =>
                    [.. plan.Experiment.Contenders.Keys.Select(c => Replicates(c, b).Count()).Where(n => n > 0)]
                ),
                .. LocalTests(),
            ],
            Tables =
            [
                new ReportTable("table", plan.Task.Description.Images is not null
                    ? ImageTableBuilder.Build(measurements, published, TableRequest(ImageCaption(experiment)))
                    : ResultTableBuilder.Build(measurements, published, TableRequest(TableCaption()))),
            ],
            Figures = figures,
            Headline = s_headlines.FirstOrDefault(h => figures.Any(f => f.Name == h) || kept.Any(f => f.Name == h))
                ?? figures.LastOrDefault(f => f.FromTable)?.Name,
            Kept = kept,
            IsGrown = manifest.Earlier.Count > 0,
            Styles = Styles,
            Disagreements = published.Disagreements(experiment.Name),
            Findings = Findings(),
            Missing = missing,
            Folder = ReportStage.FiguresFolder,
        };
    }

    /// <summary>The same for a browser.</summary>
    /// <param name="page">The page.</param>
    /// <param name="findings">What was found, Markdown; empty for none.</param>
    /// <param name="picture">The PNG of a figure by its base name; null where there is none.</param>
    public HtmlReport Html(ReportPage page, string findings, Func<string, byte[]?> picture)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(picture);
        return new HtmlReport
        {
            Title = page.Title,
            Introduction = page.Introduction,
            Findings = findings,
            Data = new HtmlData(
                measurements,
                published,
                Styles,
                plan.Experiment.Name,
                plan.Variant,
                [.. Metrics.StylesOf(plan.Task.Description, plan.Experiment.Test, plan.Experiment.Contenders.Values).Select(m => m.Name)]
            ),
            Claims = page.Findings,
            // The chart of the page shows what the table alone decides.
            Images =
            [
                .. from entry in page.Entries()
                   where !entry.FromTable
                   let png = picture(entry.Name)
                   where png is not null
                   select new HtmlImage(entry.Title, entry.Caption, png),
            ],
            Facts = page.Facts,
            Guide = page.Guide(),
        };
    }

    private static Setting[] PlannedOrMeasured(RunPlan plan, IReadOnlyList<Setting> measured)
    {
        HashSet<(string, int)> begun = [.. measured.Select(s => (s.Contender, s.Budget))];
        return
        [
            .. plan.Samples.Select(s => new Setting(s.Train.Contender, s.Train.Budget, s.Steps))
                .Where(s => begun.Contains((s.Contender, s.Budget)))
                .Union(measured),
        ];
    }

    // The trainings of a contender at a budget that have numbers.
    private IEnumerable<int> Replicates(string contender, int budget) =>
        measurements
            .Rows.Where(r =>
                r.Experiment == plan.Experiment.Name
                && r.Variant == plan.Variant
                && r.Contender == contender
                && r.Budget == budget
                && r.Status == Measurement.Ok
            )
            .Select(r => r.Replicate)
            .Distinct();

    private ResultTableRequest TableRequest(string caption)
    {
        Experiment experiment = plan.Experiment;
        IReadOnlyList<MetricStyle> metrics = Metrics.StylesOf(plan.Task.Description, experiment.Test, experiment.Contenders.Values);

        // Where two metrics are published under one name, the paper means the one that fewer tasks have.
        string[] compared =
        [
            .. metrics
                .Where(m => published.Has(experiment.Name, m.PublishedName))
                .GroupBy(m => m.PublishedName)
                .Select(same => same.Last().Name),
        ];
        return new ResultTableRequest
        {
            Experiment = experiment.Name,
            Title = experiment.Title,
            Variant = plan.Variant,
            Folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(output)),
            Caption = caption,
            Styles = Styles,
            Planned = Settings,
            Floor = plan.Reference is not null,
            Metrics = [.. metrics.Select(m => m.Name)],
            ComparedMetric = compared.FirstOrDefault(),
            AlsoPublished = compared.Length > 1 ? compared[1..] : [],
        };
    }

    // How the table's metrics were taken; what the max ECE can reach at best, where no exact posterior stands in the table.
    private string TableCaption()
    {
        Experiment experiment = plan.Experiment;
        string drawn = $"{experiment.Test.DataSets} test sets, {experiment.Test.Draws} draws each.";
        if (plan.Reference is null)
        {
            CalibratedError error = CalibratedError.Simulate(
                experiment.Test.DataSets,
                plan.Task.ParameterNames.Count,
                plan.Key.Child("calibrated")
            );
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{drawn} With so many test sets the max ECE of exact posteriors would be {error.Median:F3} (median; 90 % of the times "
                    + $"from {error.Low:F3} to {error.High:F3})."
            );
        }

        C2stSettings c2st = experiment.Scores.C2st;
        string protocol = c2st.Folds == 0
            ? string.Create(CultureInfo.InvariantCulture, $"one {1 - c2st.TestFraction:P0} / {c2st.TestFraction:P0} split")
            : $"{c2st.Folds} folds";
        if (c2st.Restarts > 0)
        {
            protocol += $", {1 + c2st.Restarts} classifiers a score, of which the one with the lowest training loss counts";
        }

        return $"{drawn} C2ST: two hidden layers of {c2st.HiddenPerDimension} units per parameter, {protocol}, scaled by the reference. " +
            $"MMD on {experiment.Scores.Mmd.Compared(experiment.Test.Draws)} draws of each sample.";
    }

    // A p-value for each contender at one observation is no column of the table.
    private IEnumerable<(string Name, string Value)> LocalTests()
    {
        string[] tests =
        [
            .. from row in measurements.Rows
               where row.Experiment == plan.Experiment.Name && row.Variant == plan.Variant && row.Metric == LocalTestJob.PValue
               let name = Styles.Of(row.Contender).Setting(row.Steps)
               select row.Status == Measurement.Ok
                   ? string.Create(CultureInfo.InvariantCulture, $"{name}: p = {row.Value:0.00}")
                   : $"{name}: {row.Status}",
        ];
        if (tests.Length > 0)
        {
            string file = Path.GetFileName(plan.Experiment.Infer.Observation) ?? "the observation";
            yield return ($"Local C2ST at {file}", $"{string.Join("; ", tests)}; below 0.05 the posterior is wrong there");
        }
    }

    private static string ImageCaption(Experiment experiment)
    {
        TestSettings test = experiment.Test;
        string marginal = test.MarginalDataSets is int count
            ? $" MMD² between one draw for each of {count / test.MarginalParts} observations and their images, {test.MarginalParts} "
                + $"times; biased as published, and unbiased, which takes draws and images for independent and falls below 0 where a draw "
                + $"resembles its own image."
            : "";
        return $"RMSE over {test.DataSets} test images, {test.Draws} draws each.{marginal} "
            + "The paper's values: 20,000 optimiser steps (of 32 images, with 60,000 images of 256), 100 test images x 100 draws, and "
            + "MMD² (biased) between 1583 draws and images, six times.";
    }

    /// <summary>The claims on this run's numbers and, in the paper's own report, on those of the variants that were run before.</summary>
    private List<ClaimFinding> Findings()
    {
        Experiment experiment = plan.Experiment;
        List<ClaimEvidence> evidence = [new(measurements, published, experiment.Name, plan.Variant, Styles)];
        if (plan.Variant == Measurement.PaperVariant && Directory.Exists(output))
        {
            evidence.AddRange(
                from folder in Directory.EnumerateDirectories(output).Order(StringComparer.Ordinal)
                let file = MeasurementFile.Find(folder)
                where file is not null
                select new ClaimEvidence(MeasurementTable.Read(file), published, experiment.Name, Path.GetFileName(folder), Styles));
        }

        return [.. from claim in experiment.Claims from e in evidence select claim.Judge(e)];
    }
}
