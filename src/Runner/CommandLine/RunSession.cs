using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;
using Serilog.Core;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>A process at work in results folders: the locks on them, the log, the display, and what Ctrl-C does.</summary>
internal sealed class RunSession : IDisposable
{
    private readonly List<ResultsLock> _folders = [];
    private readonly Interruption _interruption;
    private readonly Stopwatch _clock = new();
    private readonly PipelineRun _run;

    /// <summary>Takes the folders, writes each experiment as run into its own and opens the log in the first.</summary>
    /// <param name="setups">The experiments, each with a results folder of its own; they share a device.</param>
    /// <param name="logFile">Name of the structured log.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <exception cref="FolderInUseException">Another run uses a folder.</exception>
    public RunSession(IReadOnlyList<RunSetup> setups, string logFile, bool verbose)
    {
        IAnsiConsole console = AnsiConsole.Console;
        RunSetup first = setups[0];
        try
        {
            foreach (RunSetup setup in setups)
            {
                FolderOption.Make("--out", setup.Output);
                FolderOption.Make("--cache", setup.Request.CacheFolder);
            }

            _folders.AddRange(setups.Select(s => ResultsLock.Take(s.Output)));
            Logger log = Logging.Create(console, Path.Combine(first.Output, ResultsLock.LogsFolder, logFile), verbose);
            Log = log;
            _interruption = new Interruption(() => log.Warning("Stopping; a second Ctrl-C stops at once."));
            foreach (RunSetup setup in setups)
            {
                WholeFile.WriteText(ReportStage.WorkingCopy(setup.Output), YamlWriter.Write(setup.Tree));
            }

            if (NativeBackend.Warning is string warning)
            {
                log.Warning("{Warning:l}", warning);
            }

            foreach (string owner in _folders.Select(f => f.Stale).OfType<string>().Distinct())
            {
                log.Information("The run before ({Owner:l}) was ended from outside; this one goes on from what it left.", owner);
            }

            Context = JobContext.Of(first.Plan.Experiment, first.Device, _interruption.Token) with
            {
                CheckpointInterval = TimeSpan.FromSeconds(first.Request.CheckpointSeconds),
                Note = sentence => log.Warning("{Note:l}", sentence),
            };
            IRunDisplay display = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive
                ? new TerminalDisplay(console)
                : new PlainDisplay(log);
            _run = new PipelineRun(Context, display, log, first.Request.Jobs);
        }
        catch
        {
            Dispose(); // A full disk, say: the next run need not wonder about the owner.
            throw;
        }
    }

    /// <summary>The log.</summary>
    public Logger Log { get; }

    /// <summary>Where jobs run.</summary>
    public JobContext Context { get; }

    /// <summary>How it went so far, for the report.</summary>
    public RunTimes Times => new(_clock.Elapsed, _run.StageTimes);

    /// <summary>Runs jobs to their end.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <returns>Null when they are done; the exit code when they were interrupted.</returns>
    public int? TryRun(IEnumerable<PlannedJob> jobs)
    {
        _clock.Start();
        try
        {
            _run.Run(jobs);
            return null;
        }
        catch (OperationCanceledException)
        {
            Log.Warning("Stopped after {Time:l}. The same command goes on from here.", Durations.Format(_clock.Elapsed));
            return _interruption.ExitCode;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interruption?.Dispose();
        Log?.Dispose();
        _folders.ForEach(f => f.Dispose());
    }
}
