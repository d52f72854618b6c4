using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Densities;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Spectre.Console;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// Measures what the contenders' densities are worth, at the budget of the figures, with the trainings of the experiment's cache.
/// </summary>
public static class DensityCommand
{
    /// <summary>Name of the page and of the table of importance sampling.</summary>
    public const string Name = "densities";

    /// <summary>Name of the table of capabilities.</summary>
    public const string Table1 = "table1";

    /// <summary>Name of the table of consistency models' chains.</summary>
    public const string Chains = "densities_chain";

    /// <summary>Runs what is not in the cache yet and writes the page and its tables.</summary>
    /// <param name="request">The experiment.</param>
    /// <param name="settings">The size.</param>
    /// <param name="dataSets">
    /// The number of test sets that was asked for; 0 when none was, and all may be taken where they are fewer.
    /// </param>
    /// <param name="dryRun">Say what would be run, and stop.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="ConfigurationException">A file or a setting is wrong, or the task's likelihood is not known.</exception>
    public static int Run(RunRequest request, DensitySettings settings, int dataSets, bool dryRun, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunSetup setup = RunSetup.Load(request);
        int available = setup.Plan.Experiment.Test.DataSets;
        if (dataSets > available)
        {
            throw new ConfigurationException($"--data-sets: expected at most {available}, the experiment's test sets, got {dataSets}.");
        }

        DensityPlan densities = new(setup.Plan, settings);
        string output = setup.Output;
        if (dryRun)
        {
            PlanPrinter.Print(AnsiConsole.Console, densities.Jobs, output);
            return ExitCodes.Success;
        }

        using RunSession session = new([setup], "density.jsonl", verbose);
        if (session.TryRun(setup.Planned(densities.Jobs)) is int interrupted)
        {
            return interrupted;
        }

        ResultTable importance = DensityTables.Importance(densities, Results(densities.Contenders));
        ResultTable chains = DensityTables.Chains(densities, Results(densities.Chains));
        ResultTable capabilities = DensityTables.Capabilities(densities, [.. Measure(densities, session.Context.Device)]);
        importance.Save(output, Name);
        chains.Save(output, Chains);
        capabilities.Save(output, Table1);
        string page = Path.Combine(output, Name + ".md");
        WholeFile.WriteText(page, DensityTables.Page(importance, chains, capabilities)); // In the place of the table alone.
        session.Log.Information("Done in {Time:l}: {Page:l}", Durations.Format(session.Times.Elapsed), page);
        return densities.Jobs.Any(j => j.WhyMissing() is not null) ? ExitCodes.Incomplete : ExitCodes.Success;

        (DensityJob Job, Dictionary<string, double[]>? Arrays, string? Failure)[] Results(IReadOnlyList<DensityJob> jobs) =>
            [
                .. jobs.Select(j =>
                    (
                        j,
                        j.Folder.IsComplete ? Npz.ReadDoubles(j.Folder.FileOf(DensityJob.ResultFile)) : null,
                        j.WhyMissing()
                    )
                ),
            ];
    }

    private static IEnumerable<(string Contender, int Steps, ContenderTraits Traits)> Measure(DensityPlan densities, Device device)
    {
        using Simulations test = SimulationFiles.Read(densities.Run.TestSet.Folder.FileOf(StageFiles.Test));
        using Observation first = test.X.Narrow(0, 1);
        using Observation x = first.To(device);
        foreach (TrainJob training in densities.Trainings.Where(t => t.Folder.IsComplete))
        {
            using IPosteriorEstimator estimator = EstimatorFactory.Load(training, device);
            int steps = training.Settings.ShownSteps;
            yield return (training.Contender, steps, ContenderTraits.Measure(estimator, x, steps, densities.Run.Key.Child("traits")));
        }
    }
}
