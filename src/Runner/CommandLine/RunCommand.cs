using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Display;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Report;
using Reproduce.Runner.Stages;
using Reproduce.Runner.Storage;
using Serilog.Core;
using Spectre.Console;
using static TorchSharp.torch;

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
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = 200; // Redirected lines are not broken at 80 columns.
        }

        (YamlMap tree, Experiment experiment) = request.Load();
        Device device = Devices.Parse(experiment.Device);
        RunPlan plan = new(experiment, request.VariantName, request.CacheFolder, device.type.ToString());
        string output = request.OutputFolder(experiment);
        if (dryRun)
        {
            PlanPrinter.Print(console, plan, output, device);
            return ExitCodes.Success;
        }

        using ResultsLock folder = ResultsLock.Take(output);
        using Logger log = Logging.Create(console, Path.Combine(output, "logs", "run.jsonl"), verbose);
        using Interruption interruption = new(() => log.Warning("Stopping; a second Ctrl-C stops at once."));
        string resolved = Path.Combine(output, "resolved.yaml");
        WholeFile.Write(resolved, YamlWriter.Write(tree));
        if (folder.Stale is string owner)
        {
            log.Information("The run before ({Owner:l}) was ended from outside; this one goes on from what it left.", owner);
        }

        StageContext context = new(plan, device, interruption.Token);
        WorkerArguments worker = new(resolved, plan.Variant, request.CacheFolder, request.CheckpointSeconds);
        IRunDisplay display = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive
            ? new TerminalDisplay(console)
            : new PlainDisplay(log);
        log.Information("{Title:l} ({Variant:l}) on {Device:l}, results in {Output:l}", experiment.Title, plan.Variant, device.ToString(), output);

        Stopwatch clock = Stopwatch.StartNew();
        ExperimentRun run = new(context, worker, display, log, request.Jobs);
        try
        {
            run.Run();
        }
        catch (OperationCanceledException)
        {
            log.Warning("Stopped after {Time:l}. The same command goes on from here.", Durations.Format(clock.Elapsed));
            return interruption.ExitCode;
        }

        ReportStage.Write(context, run, output, request, clock.Elapsed);
        log.Information("Done in {Time:l}: {Report:l}", Durations.Format(clock.Elapsed), Path.Combine(output, ReportStage.ReportFile));
        if (run.Failures.Count > 0)
        {
            log.Error("{Count} jobs failed; the report shows the holes.", run.Failures.Count);
            return ExitCodes.Incomplete;
        }

        return ExitCodes.Success;
    }
}
