using System.Diagnostics;
using Reproduce.Runner.Configuration.Yaml;
using Reproduce.Runner.Display;
using Reproduce.Runner.Report;
using Reproduce.Runner.Stages;
using Reproduce.Runner.Storage;
using Serilog.Core;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>A process at work in a results folder: the lock on it, the log, the display, and what Ctrl-C does.</summary>
internal sealed class RunSession : IDisposable
{
    private readonly ResultsLock _folder;
    private readonly Interruption _interruption;
    private readonly Stopwatch _clock = new();

    /// <summary>Takes the folder, writes the experiment as run into it and opens the log.</summary>
    /// <param name="setup">The experiment.</param>
    /// <param name="logFile">Name of the structured log.</param>
    /// <param name="verbose">Show details on the console.</param>
    /// <exception cref="FolderInUseException">Another run uses the folder.</exception>
    public RunSession(RunSetup setup, string logFile, bool verbose)
    {
        IAnsiConsole console = AnsiConsole.Console;
        _folder = ResultsLock.Take(setup.Output);
        try
        {
            Logger log = Logging.Create(console, Path.Combine(setup.Output, ResultsLock.LogsFolder, logFile), verbose);
            Log = log;
            _interruption = new Interruption(() => log.Warning("Stopping; a second Ctrl-C stops at once."));
            string resolved = ReportStage.WorkingCopy(setup.Output);
            WholeFile.Write(resolved, YamlWriter.Write(setup.Tree));
            if (_folder.Stale is string owner)
            {
                log.Information("The run before ({Owner:l}) was ended from outside; this one goes on from what it left.", owner);
            }

            Context = new StageContext(setup.Plan, setup.Device, _interruption.Token);
            WorkerArguments worker = new(resolved, setup.Plan.Variant, setup.Request.CacheFolder, setup.Request.CheckpointSeconds);
            IRunDisplay display = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Interactive
                ? new TerminalDisplay(console)
                : new PlainDisplay(log);
            Run = new ExperimentRun(Context, worker, display, log, setup.Request.Jobs);
        }
        catch
        {
            Dispose(); // A full disk, say: the next run need not wonder about the owner.
            throw;
        }
    }

    /// <summary>The log.</summary>
    public Logger Log { get; }

    /// <summary>What every stage needs.</summary>
    public StageContext Context { get; }

    /// <summary>The stages.</summary>
    public ExperimentRun Run { get; }

    /// <summary>Wall time of <see cref="TryRun"/>, and of what came after it.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Runs stages to their end.</summary>
    /// <param name="stages">The stages.</param>
    /// <returns>Null when they are done; the exit code when they were interrupted.</returns>
    public int? TryRun(Action<ExperimentRun> stages)
    {
        _clock.Start();
        try
        {
            stages(Run);
            return null;
        }
        catch (OperationCanceledException)
        {
            Log.Warning("Stopped after {Time:l}. The same command goes on from here.", Durations.Format(Elapsed));
            return _interruption.ExitCode;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _interruption?.Dispose();
        Log?.Dispose();
        _folder.Dispose();
    }
}
