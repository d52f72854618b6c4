using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Runs an experiment from its file to its report.</summary>
public static class RunCommand
{
    /// <summary>Runs, or with <paramref name="dryRun"/> only says what would be run.</summary>
    /// <param name="request">What the command line asks for.</param>
    /// <param name="dryRun">Say what would be run and stop.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <returns>An exit code.</returns>
    public static int Run(RunRequest request, bool dryRun, bool verbose)
    {
        ArgumentNullException.ThrowIfNull(request);
        IAnsiConsole console = AnsiConsole.Console;
        RunSetup setup = RunSetup.Load(request);
        if (dryRun)
        {
            _ = Earlier();
            PlanPrinter.Print(console, setup.Plan, setup.Output, setup.Device);
            return ExitCodes.Success;
        }

        using RunSession session = new([setup], "run.jsonl", verbose);
        EarlierResults? earlier = Earlier(); // Before hours are spent: may the two stand together at all?
        session.Log.Information(
            "{Title:l} ({Variant:l}) on {Device:l}, results in {Output:l}",
            setup.Plan.Experiment.Title, setup.Plan.Variant, setup.Device.ToString(), setup.Output);
        if (session.TryRun(setup.Planned(setup.Plan.Jobs)) is int interrupted)
        {
            return interrupted;
        }

        ReportStage.Write(setup.Plan, session.Context, session.Times, setup.Output, request, earlier);
        session.Log.Information(
            "Done in {Time:l}: {Report:l}", Durations.Format(session.Times.Elapsed), Path.Combine(setup.Output, ReportStage.ReportFile));
        int failed = setup.Plan.Jobs.Count(j => j.WhyMissing() is not null);
        if (failed > 0)
        {
            session.Log.Error("{Count} jobs failed; the report shows the holes.", failed);
            return ExitCodes.Incomplete;
        }

        return ExitCodes.Success;

        EarlierResults? Earlier() =>
            request.Keep ? EarlierResults.Read(setup.Output, setup.Plan.Experiment, setup.Plan.Variant, setup.Plan.LeftOut) : null;
    }
}
