using System.Globalization;
using System.Text;
using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// The paper's figures that show several experiments at once, made from the results of their runs as they stand in the results folder;
/// computes nothing and needs no cache.
/// </summary>
public static class FiguresCommand
{
    /// <summary>Name of the page with the figures and what they show.</summary>
    public const string CaptionsFile = "figures.md";

    private const string Paper = "paper";

    // What a figure shows of an experiment: the first of these that was measured.
    private static readonly string[] s_metrics = [MetricStyle.C2st, MetricStyle.Rmse];

    /// <summary>Draws the figures.</summary>
    /// <param name="requests">The experiments, each as it was run.</param>
    /// <param name="output">Folder for the figures, or null for results/paper.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file is wrong, or an experiment was not run.</exception>
    public static int Run(IReadOnlyList<RunRequest> requests, string? output)
    {
        ArgumentNullException.ThrowIfNull(requests);
        FolderOption.Check("--out", output);
        List<RunPlan> runs = [];
        List<Measurement> rows = [];
        List<PosteriorRow> posteriors = [];
        foreach (RunRequest request in requests)
        {
            RunSetup setup = RunSetup.Load(request, runs: false);
            (_, _, RunPlan plan, _, string results) = setup;
            Experiment experiment = plan.Experiment;
            if (runs.Any(r => r.Experiment.Name == experiment.Name))
            {
                throw new ConfigurationException(
                    $"{request.ExperimentFile}: expected every experiment once, got '{experiment.Name}' again."
                );
            }

            rows.AddRange(MeasurementTable.Read(setup.MeasurementsFile()).Rows);
            runs.Add(plan);
            string draws = Path.Combine(results, ReportStage.FiguresFolder, PosteriorRowFile.FileName);
            if (File.Exists(draws))
            {
                PosteriorRow row = PosteriorRowFile.Read(draws);
                ContenderStyles styles = ReportStyles.Of(experiment);
                posteriors.Add(row with { Cells = [.. row.Cells.Select(c => c with { Style = styles.Of(c.Contender) })] });
            }
            else
            {
                AnsiConsole.Console.MarkupLineInterpolated(
                    $"Figure 2 has no row for {experiment.Name}: there is no {draws}, which the report of its run writes."
                );
            }
        }

        MeasurementTable measurements = new(rows);
        string folder = Path.GetFullPath(output ?? DefaultFolder(requests[0]));
        PublishedResults paper = ReportStage.ReadPublished(requests[0]);
        StringBuilder captions = new("# Figures of several experiments\n");
        foreach (ReportFigure figure in Figures(runs, posteriors, measurements, paper))
        {
            string png = figure.Figure.Save(folder, figure.Name).Png;
            captions.Append(CultureInfo.InvariantCulture, $"\n![{figure.Figure.Title}]({figure.Name}.png)\n\n{figure.Figure.Caption}\n");
            AnsiConsole.Console.MarkupLineInterpolated($"{figure.Figure.Title}: {png}");
        }

        WholeFile.WriteText(Path.Combine(folder, CaptionsFile), captions.ToString());
        return ExitCodes.Success;
    }

    // Figures of shrunken runs never overwrite those of the paper's scale.
    private static string DefaultFolder(RunRequest request)
    {
        string name = request.ScratchName(Paper);
        return request.Profile is null && request.Settings.Count == 0
            ? Path.Combine(request.ResultsRoot, name)
            : Path.Combine(request.ResultsRoot, RunRequest.ScratchFolder, name);
    }

    private static IEnumerable<ReportFigure> Figures(
        List<RunPlan> runs, List<PosteriorRow> posteriors, MeasurementTable measurements, PublishedResults published)
    {
        if (posteriors.Count > 0)
        {
            yield return new ReportFigure("figure_2_posteriors", PosteriorGrid.Create(posteriors));
        }

        foreach (string metric in s_metrics)
        {
            RunPlan[] measured = [.. runs.Where(r => MetricOf(r, measurements) == metric)];
            PublishedResults comparable = new(published.Rows.Where(r => IsComparable(r, metric, measurements)));
            foreach (ReportFigure figure in measured.Length > 0 ? Figures(measured, metric, measurements, comparable) : [])
            {
                yield return figure;
            }
        }
    }

    private static string? MetricOf(RunPlan run, MeasurementTable measurements) => s_metrics.FirstOrDefault(m => measurements.Rows.Any(r =>
        r.Experiment == run.Experiment.Name && r.Variant == run.Variant && r.Metric == m && r.Contender != Measurement.Reference));

    // What the paper prints as the RMSE of some experiments is another metric, which those have been measured with too.
    private static bool IsComparable(PublishedResult result, string metric, MeasurementTable measurements) => metric != MetricStyle.Rmse
        || !measurements.Rows.Any(r => r.Experiment == result.Experiment && r.Metric == MetricStyle.ScaledError);

    // The numbers of the paper's figures are those of C2ST.
    private static IEnumerable<ReportFigure> Figures(
        RunPlan[] runs, string metric, MeasurementTable measurements, PublishedResults published)
    {
        (string third, string fourth) = metric == MetricStyle.C2st ? ("figure_3_", "figure_4_") : ("", "");
        QualityPanel[] panels = [.. runs.Select(r => Panel(r, r.ShownBudget) with { Metric = metric })];
        yield return new ReportFigure($"{third}{metric}_vs_time", QualityFigures.AgainstTime(measurements, published, panels));
        yield return new ReportFigure($"{metric}_vs_steps", QualityFigures.AgainstSteps(measurements, published, panels));
        // The newer version of the paper shows this figure at another budget than the rest.
        int[] swept = [.. runs.Select(r => r.Experiment.Simulations.FullSweep ?? []).Aggregate((a, b) => [.. a.Intersect(b)])];
        foreach (int budget in swept.Where(b => runs.Any(r => r.ShownBudget != b)))
        {
            yield return new ReportFigure(
                FormattableString.Invariant($"{metric}_vs_steps_{budget}"),
                QualityFigures.AgainstSteps(measurements, published, [.. runs.Select(r => Panel(r, budget) with { Metric = metric })]));
        }

        QualityPanel[] several =
        [
            .. runs.Zip(panels).Where(p => p.First.Experiment.Simulations.Budgets.Length > 1)
                .Select(p => p.Second with { Title = p.First.Experiment.Title }),
        ];
        if (several.Length > 0)
        {
            yield return new ReportFigure($"{fourth}{metric}_vs_budget", BudgetFigure.Create(measurements, published, several));
        }
    }

    private static QualityPanel Panel(RunPlan run, int budget) => new()
    {
        Experiment = run.Experiment.Name,
        Title = $"{run.Experiment.Title}, {budget} simulations",
        Variant = run.Variant,
        Styles = ReportStyles.Of(run.Experiment),
        Budget = budget,
    };
}
