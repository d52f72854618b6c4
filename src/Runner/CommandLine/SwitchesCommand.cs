using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Report;
using Spectre.Console;
using TableCell = Reproduce.Reporting.TableCell;
using TableColumn = Reproduce.Reporting.TableColumn;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// Measures what each switch of a variant does: the paper's method, every switch alone and all together, at one budget and the step
/// counts of the budget sweep.
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
        RunRequest paper = request with { Variant = null };
        (YamlMap tree, Experiment experiment) = paper.Load();
        int budget = experiment.Figures.Budget ?? experiment.Simulations.Budgets.Max();
        string[] switches =
        [
            .. SwitchList.Of(ExperimentFiles.LoadVariant(request.ExperimentFile, variant, tree)).Where(s => SwitchList.Applies(s, tree)),
        ];
        // Contenders with switches of their own are run, at the steps of the budget sweep.
        (string Name, FreeFormContenderSettings Settings)[] run =
        [
            .. experiment.Contenders
                .Where(c => c.Value is FreeFormContenderSettings && switches.Any(s => SwitchList.IsOf(s, c.Key, KindAttribute.Of(c.Value))))
                .Select(c => (c.Key, (FreeFormContenderSettings)c.Value)),
        ];
        string[] shrink =
        [
            $"simulations.budgets=[{budget}]", "simulations.full_sweep=~", "claims=~",
            .. experiment.Contenders.Keys.Where(name => run.All(c => c.Name != name)).Select(name => $"contenders.{name}=~"),
            .. run.SelectMany(c => Steps(c.Name, c.Settings)),
        ];
        string target = request.OutputFolder(experiment);
        List<(string Label, MeasurementTable Results, string Variant)> rows = [];
        int worst = ExitCodes.Success, number = 0;
        foreach ((string label, RunRequest one) in Requests())
        {
            AnsiConsole.Console.MarkupLineInterpolated($"[bold]{label}[/]");
            string output = Path.Combine(request.ResultsRoot, "scratch", $"{experiment.Name}-switches", $"{number++:00}");
            int code = RunCommand.Run(one with { Output = output }, dryRun, verbose);
            if (code is not (ExitCodes.Success or ExitCodes.Incomplete))
            {
                return code;
            }

            if (dryRun)
            {
                continue;
            }

            worst = Math.Max(worst, code);
            rows.Add((label, MeasurementTable.Read(Path.Combine(output, ReportStage.MeasurementsFile)), one.VariantName));
            Build(experiment, rows, budget, variant).Save(target, Table); // After every row: a reader need not wait for the last one.
        }

        if (!dryRun)
        {
            AnsiConsole.Console.MarkupLineInterpolated($"Table: {Path.Combine(target, Table + ".md")}");
        }

        return worst;

        IEnumerable<(string Label, RunRequest Request)> Requests()
        {
            string[] common = [.. request.Settings, .. shrink];
            yield return ("none (the paper's text)", paper with { Settings = common });
            foreach (string one in switches)
            {
                yield return (SwitchList.Label(one), paper with { Settings = [.. common, one] });
            }

            yield return ("all", request with { Settings = common });
        }
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
        Setting[] settings = [.. rows[0].Results.Settings(experiment.Name, rows[0].Variant)];
        return new ResultTable
        {
            Title = $"{experiment.Title}: what each switch of '{variant}' does",
            Caption = $"C2ST over {experiment.Test.DataSets} test sets of {experiment.Test.Draws} draws, {budget} training simulations, each switch alone and all together.",
            Columns =
            [
                new TableColumn("switch", "Switch", "Switch", false),
                .. settings.Select(s => new TableColumn(
                    $"{s.Contender}_{s.Steps}", DisplayNames.Setting(s.Contender, s.Steps), DisplayNames.Setting(s.Contender, s.Steps), true, HasStandardError: true)),
            ],
            Rows = [.. rows.Select(row => Row(row.Label, settings.Select(s => row.Results.Summarise(new MeasurementKey(experiment.Name, row.Variant, s, MetricStyle.C2st)))))],
        };
    }

    private static List<TableCell> Row(string label, IEnumerable<Summary> values)
    {
        MetricStyle style = MetricStyle.Of(MetricStyle.C2st);
        return
        [
            new TableCell { Text = label },
            .. values.Select(v => v.HasValue
                ? new TableCell
                {
                    Text = style.Format(v.Mean) + (v.StandardError is double e ? $" ± {style.Format(e)}" : ""),
                    Value = v.Mean,
                    StandardError = v.StandardError,
                }
                : new TableCell { Hole = v.Hole ?? "not measured" }),
        ];
    }
}
