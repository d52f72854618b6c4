using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Runner.Display;
using Serilog;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Runs the jobs of any plans, stage after stage; what is already there is not done again, what failed in an earlier run is tried again.
/// </summary>
public sealed class PipelineRun
{
    private const double AlmostDone = 0.999;

    private readonly JobContext _context;
    private readonly IRunDisplay _display;
    private readonly ILogger _log;
    private readonly int _processesAtOnce;
    private readonly List<(string Stage, TimeSpan Time)> _stageTimes = [];

    /// <summary>A run.</summary>
    /// <param name="context">Where jobs run that have no process of their own.</param>
    /// <param name="display">Shows progress.</param>
    /// <param name="log">The log.</param>
    /// <param name="processesAtOnce">Jobs with processes of their own that run at once; 0 chooses by jobs and device.</param>
    public PipelineRun(JobContext context, IRunDisplay display, ILogger log, int processesAtOnce)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _display = display;
        _log = log;
        _processesAtOnce = processesAtOnce;
    }

    /// <summary>Wall time of each stage of this run, in order, for stages that had something to do.</summary>
    public IReadOnlyList<(string Stage, TimeSpan Time)> StageTimes => _stageTimes;

    /// <summary>Runs jobs. Those that fail leave the reason beside their folders, and those that need them are left out.</summary>
    /// <param name="jobs">The jobs and all that they need, in any order; several plans may have the same job.</param>
    /// <exception cref="JobFailedException">A job failed without which the run ends.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(IEnumerable<PlannedJob> jobs)
    {
        // A stage's jobs need jobs of stages with shorter chains of needs only.
        foreach (IGrouping<string, PlannedJob> stage in jobs.DistinctBy(j => j.Job.Folder.Hash)
            .GroupBy(j => j.Job.Folder.Stage).OrderBy(stage => stage.Max(j => Depth(j.Job))))
        {
            RunStage(stage.Key, [.. stage]);
        }

        set_num_threads(_context.Threads);
    }

    private static int Depth(IJob job) => job.Needs.Select(n => Depth(n) + 1).DefaultIfEmpty().Max();

    private void RunStage(string name, IReadOnlyList<PlannedJob> jobs)
    {
        List<PlannedJob> open = Open(name, jobs);
        if (open.Count == 0)
        {
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        _display.RunStage(name, [.. open.Select(j => new DisplayJob(j.Label, j.Job.Weight, j.Job.Kin))], display =>
        {
            int[] inProcess = [.. Enumerable.Range(0, open.Count).Where(i => !open[i].Job.HasOwnProcess)];
            // Longest first, so that the cores finish together.
            int[] inProcesses = [.. Enumerable.Range(0, open.Count).Except(inProcess).OrderByDescending(i => open[i].Job.Weight)];
            foreach (int i in inProcess)
            {
                _context.Cancel.ThrowIfCancellationRequested();
                RunHere(open[i].Job, i, display);
            }

            RunInProcesses(open, inProcesses, display);
        });
        _context.Cancel.ThrowIfCancellationRequested();
        _stageTimes.Add((name, clock.Elapsed));
        _log.Information("{Stage:l}: done in {Time:l}", name, Durations.Format(clock.Elapsed));
    }

    // Those that have no result yet and can be done.
    private List<PlannedJob> Open(string stage, IReadOnlyList<PlannedJob> jobs)
    {
        List<PlannedJob> open = [];
        int done = 0;
        foreach (PlannedJob job in jobs)
        {
            Storage.StageFolder folder = job.Job.Folder;
            if (folder.IsComplete && folder.FindCorruption() is string problem)
            {
                _log.Warning("{Problem:l} It is computed again.", problem);
                folder.Discard();
            }

            if (job.Job.IsDone)
            {
                done++;
            }
            else if (job.Job.Needs.Select(n => n.WhyMissing()).FirstOrDefault(reason => reason is not null) is string reason)
            {
                _log.Debug("{Folder:l} is left out: {Reason:l}", folder.ToString(), reason);
            }
            else
            {
                open.Add(job);
            }
        }

        if (done > 0)
        {
            _log.Information("{Stage:l}: {Done} of {Count} already there", stage, done, jobs.Count);
        }

        return open;
    }

    private void RunHere(IJob job, int index, IStageDisplay display)
    {
        Stopwatch clock = Stopwatch.StartNew();
        Finished(job, JobAttempt.Run(job, _context, Progress(display, index)), index, display, clock);
    }

    private void RunInProcesses(List<PlannedJob> jobs, int[] order, IStageDisplay display)
    {
        // Also cancelled when one job meets what would stop them all, such as a full disk.
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancel);
        Parallel.ForEachAsync(
            order,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce(order.Select(i => jobs[i].Job)) },
            async (i, _) => await RunInProcessAsync(jobs[i], i, display, stop).ConfigureAwait(false)).GetAwaiter().GetResult();
    }

    private int AtOnce(IEnumerable<IJob> jobs) => _processesAtOnce > 0
        ? _processesAtOnce
        : DeviceShare.Processes(jobs, _context.Device, Gpu.Memory(_context.Device), Environment.ProcessorCount);

    private async Task RunInProcessAsync(PlannedJob planned, int index, IStageDisplay display, CancellationTokenSource stop)
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        IJob job = planned.Job;
        JobProcessOutcome outcome = await JobProcess
            .RunAsync(job, planned.Worker, Progress(display, index), _context.Note, stop.Token).ConfigureAwait(false);
        if (outcome.ExitCode == ExitCodes.Success && job.Folder.IsComplete)
        {
            Finished(job, null, index, display, clock);
        }
        else if (outcome.ExitCode == ExitCodes.Failure && outcome.Message.Length > 0)
        {
            // Without a word it was killed: so ends a process on Windows.
            stop.Cancel(); // The other jobs write a checkpoint, if they can.
            throw new IOException($"{job.Folder.Label}: {outcome.Message}");
        }
        else if (!stop.IsCancellationRequested)
        {
            _log.Debug("{Label:l}: {Errors:l}", job.Folder.Label, outcome.Errors);
            string? said = outcome.ExitCode == ExitCodes.Incomplete ? job.Folder.Failure?.Reason : null;
            Finished(job, said ?? RecordDeath(job, outcome), index, display, clock);
        }
    }

    // A process that had no time to say why it ended.
    private static string RecordDeath(IJob job, JobProcessOutcome outcome)
    {
        string reason = outcome.ExitCode == ExitCodes.Killed
            ? $"its process was killed; if nobody did that, {MemoryShortage.Describe(job)}"
            : outcome.Message.Length > 0 ? outcome.Message : $"its process ended with exit code {outcome.ExitCode}";
        job.Folder.Fail(reason);
        return reason;
    }

    private void Finished(IJob job, string? failure, int index, IStageDisplay display, Stopwatch clock)
    {
        if (failure is null)
        {
            display.Report(index, 1, Durations.Format(clock.Elapsed));
            _log.Debug("{Folder:l} done in {Seconds:0.0} s", job.Folder.ToString(), clock.Elapsed.TotalSeconds);
        }
        else
        {
            display.Fail(index);
            _log.Error("{Label:l}: {Reason:l}", job.Folder.Label, failure);
        }
    }

    private static JobProgress Progress(IStageDisplay display, int index) => new(
        (share, words) => display.Report(index, Math.Min(share, AlmostDone), words),
        share => display.Resume(index, Math.Min(share, AlmostDone)));
}
