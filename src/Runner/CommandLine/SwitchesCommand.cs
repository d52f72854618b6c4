using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Spectre.Console;
using TableCell = Reproduce.Reporting.TableCell;
using TableColumn = Reproduce.Reporting.TableColumn;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// Measures what each switch of a variant does: the paper's method, every switch alone and all together, at one budget and the step
/// counts of the budget sweep, without the contenders that the variant leaves out.
/// </summary>
public static class SwitchesCommand
{
    private const string Table = "switches";

    /// <summary>Runs the experiment once for each switch and writes the table into the results folder of the experiment.</summary>
    /// <param name="request">The experiment, the variant whose switches are tried, and settings that hold for all runs.</param>
    /// <param name="dryRun">Say what would be run for each row, and stop.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file or a setting is wrong.</exception>
    public static int Run(RunRequest request, bool dryRun, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(request);
        string variant = request.Variant
            ?? throw new ConfigurationException("switches: expected --variant NAME, the variant whose switches are tried.");
        (YamlMap whole, _) = (request with { Variant = null }).Load();
        IReadOnlyList<YamlMap> overlays = ExperimentFiles.LoadVariant(request.ExperimentFile, variant, whole);
        RunRequest paper = request with
        {
            Variant = null,
            Settings = [.. request.Settings, .. SwitchList.LeftOut(overlays, whole)],
        };
        (YamlMap tree, Experiment experiment) = paper.Load();
        int budget = experiment.Figures.Shown(experiment.Simulations.Budgets);
        string[] switches = [.. SwitchList.Of(overlays).Where(s => SwitchList.Applies(s, tree))];
        // Contenders with switches of their own are run, at the steps of the budget sweep.
        (string Name, FreeFormContenderSettings Settings)[] run =
        [
            .. experiment
                .Contenders.Where(c =>
                    c.Value is FreeFormContenderSettings && switches.Any(s => SwitchList.IsOf(s, c.Key, SettingKinds.All.NameOf(c.Value)))
                )
                .Select(c => (c.Key, (FreeFormContenderSettings)c.Value)),
        ];
        string[] shrink =
        [
            $"simulations.budgets=[{budget}]", "simulations.full_sweep=~", "claims=~",
            .. experiment.Contenders.Keys.Where(name => run.All(c => c.Name != name)).Select(name => $"contenders.{name}=~"),
            .. run.SelectMany(c => Steps(c.Name, c.Settings)),
        ];
        string target = request.OutputFolder(experiment);
        (string Label, RunRequest Request)[] requests = [.. Requests()];
        if (dryRun)
        {
            foreach ((string label, RunRequest one) in requests)
            {
                AnsiConsole.Console.MarkupLineInterpolated($"[bold]{label}[/]");
                RunCommand.Run(one, dryRun: true, verbose);
            }

            return ExitCodes.Success;
        }

        // One run of all rows' jobs: row after row, cores would be idle at the end of each, and most of their jobs are the same.
        RunSetup[] setups = [.. requests.Select(r => RunSetup.Load(r.Request))];
        using RunSession session = new(setups, "switches.jsonl", verbose);
        if (session.TryRun(setups.Zip(requests).SelectMany(r => r.First.Planned(r.First.Plan.Jobs, r.Second.Label))) is int interrupted)
        {
            return interrupted;
        }

        List<(string Label, MeasurementTable Results, string Variant)> rows = [];
        foreach ((RunSetup setup, (string label, _)) in setups.Zip(requests))
        {
            ReportStage.Write(setup.Plan, session.Context, session.Times, setup.Output, setup.Request, earlier: null);
            rows.Add((label, MeasurementTable.Read(MeasurementFile.Find(setup.Output)!), setup.Plan.Variant));
        }

        Build(experiment, rows, budget, variant).Save(target, Table);
        session.Log.Information(
            "Done in {Time:l}: {Table:l}",
            Durations.Format(session.Times.Elapsed),
            Path.Combine(target, Table + ".md")
        );
        return setups.Any(s => s.Plan.Jobs.Any(j => j.WhyMissing() is not null)) ? ExitCodes.Incomplete : ExitCodes.Success;

        IEnumerable<(string Label, RunRequest Request)> Requests()
        {
            string[] common = [.. paper.Settings, .. shrink];
            yield return ("none (the paper's text)", Row(0, paper, common));
            for (int i = 0; i < switches.Length; i++)
            {
                yield return (SwitchList.Label(switches[i]), Row(i + 1, paper, [.. common, switches[i]]));
            }

            yield return ("all", Row(switches.Length + 1, request, [.. request.Settings, .. shrink]));
        }

        RunRequest Row(int number, RunRequest method, string[] settings) => method with
        {
            Settings = settings,
            Output = Path.Combine(request.ResultsRoot, RunRequest.ScratchFolder, $"{experiment.Name}-switches", $"{number:00}"),
        };
    }

    private static IEnumerable<string> Steps(string name, FreeFormContenderSettings contender)
    {
        int[] steps = contender.BudgetSteps ?? contender.Steps;
        yield return $"contenders.{name}.steps=[{string.Join(", ", steps)}]";
        yield return $"contenders.{name}.budget_steps=~";
        yield return $"contenders.{name}.figure_steps=~";
    }

    private static ResultTable Build(
        Experiment experiment, List<(string Label, MeasurementTable Results, string Variant)> rows, int budget, string variant)
    {
        ContenderStyles styles = ReportStyles.Of(experiment);
        Setting[] settings = [.. styles.InOrder(rows[0].Results.Settings(experiment.Name, rows[0].Variant))];
        Summary[][] summaries =
        [
            .. rows.Select(row =>
                settings.Select(s => row.Results.Summarise(new MeasurementKey(experiment.Name, row.Variant, s, MetricStyle.C2st))).ToArray()
            ),
        ];
        return new ResultTable
        {
            Title = $"{experiment.Title}: what each switch of '{variant}' does",
            Label = $"{experiment.Name}-{variant}-{Table}",
            Caption =
                $"C2ST over {experiment.Test.DataSets} test sets of {experiment.Test.Draws} draws, {budget} training simulations, each "
                    + $"switch alone and all together.",
            Columns =
            [
                new TableColumn("switch", "Switch", "Switch", false),
                .. from setting in settings
                let heading = styles.Setting(setting.Contender, setting.Steps)
                select new TableColumn(
                    $"{setting.Contender}_{setting.Steps}",
                    heading,
                    LatexText.Escape(heading),
                    true,
                    HasPlusMinus: true
                ),
            ],
            PlusMinus = PlusMinusText.Of(summaries.SelectMany(s => s)),
            Rows = [.. rows.Zip(summaries, (row, values) => Cells(row.Label, values))],
        };
    }

    private static List<TableCell> Cells(string label, IEnumerable<Summary> values)
    {
        MetricStyle style = MetricStyle.Of(MetricStyle.C2st);
        return
        [
            new TableCell { Text = label },
            .. values.Select(v => v.HasValue
                ? new TableCell
                {
                    Text = style.Format(v.Mean) + (v.HalfWidth is double e ? $" ± {style.Format(e)}" : ""),
                    Value = v.Mean,
                    PlusMinus = v.HalfWidth,
                }
                : new TableCell { Hole = v.Hole ?? "not measured" }),
        ];
    }
}
