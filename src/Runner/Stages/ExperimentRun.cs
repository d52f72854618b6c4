using System.Collections.Concurrent;
using System.Diagnostics;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Densities;
using Reproduce.Runner.Display;
using Reproduce.Runner.Plan;
using Reproduce.Runner.Storage;
using Serilog;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>A job that could not be done, and why.</summary>
/// <param name="Folder">The job.</param>
/// <param name="Reason">One sentence.</param>
public sealed record FailedJob(StageFolder Folder, string Reason);

/// <summary>Runs the stages of a plan, in order; what is already there is not done again.</summary>
public sealed class ExperimentRun
{
    private readonly StageContext _context;
    private readonly WorkerArguments _worker;
    private readonly IRunDisplay _display;
    private readonly ILogger _log;
    private readonly int _trainingsAtOnce;
    private readonly ConcurrentDictionary<string, FailedJob> _failures = new();

    /// <summary>A run.</summary>
    /// <param name="context">Plan, device and cancellation.</param>
    /// <param name="worker">What child processes are told.</param>
    /// <param name="display">Shows progress.</param>
    /// <param name="log">The log.</param>
    /// <param name="jobs">Trainings at once; 0 chooses by device.</param>
    public ExperimentRun(StageContext context, WorkerArguments worker, IRunDisplay display, ILogger log, int jobs)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
        _worker = worker;
        _display = display;
        _log = log;
        _trainingsAtOnce = jobs > 0 ? jobs : context.Device.type == TorchSharp.DeviceType.CUDA ? 1 : Environment.ProcessorCount;
    }

    /// <summary>Jobs that could not be done.</summary>
    public IReadOnlyCollection<FailedJob> Failures => [.. _failures.Values];

    /// <summary>Wall time of each stage of this run, in order, for stages that had something to do.</summary>
    public List<(string Stage, TimeSpan Time)> StageTimes { get; } = [];

    /// <summary>Why a job has no result, or null if it has one.</summary>
    /// <param name="folder">The job.</param>
    public string? FailureOf(StageFolder folder) => _failures.TryGetValue(folder.Hash, out FailedJob? failed) ? failed.Reason : null;

    /// <summary>Runs every stage before the report.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run()
    {
        RunPlan plan = _context.Plan;
        Prepare(plan.Trainings);
        set_num_threads(1); // Sampling brings threads of its own.
        Stage("sample", [.. plan.Samples.Where(s => Available(s.Folder, s.Train.Folder))], j => j.Folder, SampleWeight, SampleStage.Run);
        Stage(
            "show",
            [.. plan.Shown.Where(s => s.Sample is null || Available(s.Folder, s.Sample.Train.Folder))],
            j => j.Folder,
            j => j.Sample is null ? 1 : SampleWeight(j.Sample),
            ShowStage.Run);
        set_num_threads(_context.Threads);
        Stage(
            "score",
            [.. plan.Scores.Where(s => s.Sample is null || Available(s.Folder, s.Sample.Folder))],
            j => j.Folder,
            _ => 1,
            ScoreStage.Run);
    }

    /// <summary>Trains what importance sampling needs, and runs it.</summary>
    /// <param name="densities">The jobs.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(DensityPlan densities)
    {
        ArgumentNullException.ThrowIfNull(densities);
        Prepare(densities.Trainings);
        Stage(
            "density",
            [.. densities.Jobs.Concat(densities.Chains).Where(j => j.Train is null || Available(j.Folder, j.Train.Folder))],
            j => j.Folder,
            j => j.ChainSteps is not null || j.Train?.Settings is FlowMatchingContenderSettings or NpseContenderSettings ? 100 : 1, // Hundreds of passes against one.
            DensityStage.Run);
    }

    /// <summary>
    /// Trains ahead what several runs need, so that no core waits for the next run to begin; each of them then finds its trainings done.
    /// </summary>
    /// <param name="runs">The runs, with what the child processes of each are told and a name for the display; they share the cache.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void TrainAhead(IReadOnlyList<(StageContext Context, WorkerArguments Worker, string Name)> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        foreach ((StageContext context, _, _) in runs.DistinctBy(r => r.Context.Plan.Simulations[0].Folder.Hash))
        {
            Stage("simulate", context.Plan.Simulations, j => j.Folder, _ => 1, (job, _, progress) => SimulateStage.Run(job, context, progress));
        }

        Train(
        [
            .. from run in runs
               from job in run.Context.Plan.Trainings
               group new Training(job, run.Worker, $"{job.Folder.Label}; {run.Name}") by job.Folder.Hash into same
               select same.First(),
        ]);
    }

    // Everything that sampling needs.
    private void Prepare(IReadOnlyList<TrainJob> trainings)
    {
        RunPlan plan = _context.Plan;
        set_num_threads(_context.Threads);
        Stage("simulate", plan.Simulations, j => j.Folder, _ => 1, SimulateStage.Run);
        Stage("test sets", [plan.TestSet], j => j.Folder, _ => 1, SimulateStage.Run);
        foreach (string failed in plan.Simulations.Select(s => s.Folder).Append(plan.TestSet.Folder).SelectMany(FailureFile.Read))
        {
            _log.Warning("Failed and replaced: {Failure:l}", failed);
        }

        if (plan.Reference is not null)
        {
            Stage("reference", [plan.Reference], j => j.Folder, _ => 1, ReferenceStage.Run);
        }

        Train([.. trainings.Select(job => new Training(job, _worker, job.Folder.Label))]);
    }

    // Dense layers dominate: the time of a setting goes with its network passes, plus something for reading and writing.
    private static double SampleWeight(SampleJob job) => job.Steps + 1;

    private bool Available(StageFolder folder, StageFolder needed)
    {
        if (FailureOf(needed) is string reason)
        {
            _failures.TryAdd(folder.Hash, new FailedJob(folder, reason));
            return false;
        }

        return true;
    }

    private void Stage<T>(
        string name, IReadOnlyList<T> jobs, Func<T, StageFolder> folder, Func<T, double> weight, Action<T, StageContext, JobProgress> run)
    {
        List<T> open = Open(name, jobs, folder);
        if (open.Count == 0)
        {
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        _display.RunStage(name, [.. open.Select(j => new DisplayJob(folder(j).Label, weight(j)))], display =>
        {
            for (int i = 0; i < open.Count; i++)
            {
                _context.Cancel.ThrowIfCancellationRequested();
                RunOne(open[i], i, folder(open[i]), run, display);
            }
        });
        Finished(name, clock);
    }

    private void RunOne<T>(T job, int index, StageFolder folder, Action<T, StageContext, JobProgress> run, IStageDisplay display)
    {
        Stopwatch clock = Stopwatch.StartNew();
        try
        {
            using IDisposable? claim = folder.Begin(_context.Cancel);
            if (claim is not null) // Else another run that shares the cache made it meanwhile.
            {
                run(job, _context, new JobProgress(share => display.Report(index, Math.Min(share, 0.999)), share => display.Resume(index, Math.Min(share, 0.999))));
            }

            display.Report(index, 1, Durations.Format(clock.Elapsed));
            _log.Debug("{Folder:l} done in {Seconds:0.0} s", folder.ToString(), clock.Elapsed.TotalSeconds);
        }
        catch (InvalidDataException e) when (StandsAlone(folder))
        {
            Fail(folder, e.Message);
            display.Report(index, 1, "failed");
        }
        catch (Exception e) when (MemoryShortage.IsIt(e))
        {
            string reason = MemoryShortage.Say(folder, e);
            if (!StandsAlone(folder))
            {
                throw new InsufficientMemoryException(reason);
            }

            Fail(folder, reason);
            display.Report(index, 1, "failed");
        }
    }

    // Everything else needs the simulations, the test sets and the reference: without them the run ends.
    private static bool StandsAlone(StageFolder folder) => folder.Stage is not ("simulate" or "test" or "reference");

    private void Train(IReadOnlyList<Training> jobs)
    {
        List<Training> open = Open("train", jobs, j => j.Job.Folder);
        if (open.Count == 0)
        {
            return;
        }

        // Also cancelled when one training meets what would stop them all, such as a full disk.
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancel);
        Stopwatch clock = Stopwatch.StartNew();
        _display.RunStage("train", [.. open.Select(j => new DisplayJob(j.Label, TrainWeight(j.Job)))], display =>
        {
            // Longest first, so that the cores finish together.
            int[] order = [.. Enumerable.Range(0, open.Count).OrderByDescending(i => TrainWeight(open[i].Job))];
            Parallel.ForEachAsync(
                order,
                new ParallelOptions { MaxDegreeOfParallelism = _trainingsAtOnce },
                async (i, _) => await TrainOneAsync(open[i], i, display, stop).ConfigureAwait(false)).GetAwaiter().GetResult();
        });
        _context.Cancel.ThrowIfCancellationRequested();
        Finished("train", clock);
    }

    private static double TrainWeight(TrainJob job)
    {
        int rows = job.Settings is FlowMatchingContenderSettings { FlowMatching.TimesPerSimulation: int times } ? times : 1;
        return (double)TrainingLength.Of(job.Settings.Training, job.Budget).Steps * rows;
    }

    private async Task TrainOneAsync(Training training, int index, IStageDisplay display, CancellationTokenSource stop)
    {
        (TrainJob job, WorkerArguments worker, _) = training;
        if (stop.IsCancellationRequested)
        {
            return;
        }

        Stopwatch clock = Stopwatch.StartNew();
        bool begun = false;
        DirectProgress<Inference.Training.TrainingProgress> progress = new(p =>
        {
            double share = Math.Min((double)p.Step / p.TotalSteps, 0.999);
            if (!begun)
            {
                // What comes with the first report is a checkpoint's, but for the first half second.
                display.Resume(index, share);
                begun = true;
            }

            display.Report(index, share, FormattableString.Invariant($"loss {p.Loss:0.0000}"));
        });
        TrainingOutcome outcome = await TrainingProcess.RunAsync(job, worker, progress, n => _log.Warning("{Note:l}", n), stop.Token).ConfigureAwait(false);
        if (outcome.ExitCode == ExitCodes.Success && job.Folder.IsComplete)
        {
            display.Report(index, 1, Durations.Format(clock.Elapsed));
            _log.Debug("{Folder:l} done in {Seconds:0.0} s", job.Folder.ToString(), clock.Elapsed.TotalSeconds);
        }
        else if (outcome.ExitCode == ExitCodes.Failure && outcome.Message.Length > 0) // Without a word it was killed: so ends a process on Windows.
        {
            stop.Cancel(); // The other trainings write a checkpoint, if they can.
            throw new IOException($"{job.Folder.Label}: {outcome.Message}");
        }
        else if (!stop.IsCancellationRequested)
        {
            string reason = outcome.ExitCode == ExitCodes.Killed
                ? $"the training process was killed; if nobody did that, {MemoryShortage.Say(job.Folder)}"
                : outcome.Message.Length > 0 ? outcome.Message : $"the training process ended with exit code {outcome.ExitCode}";
            Fail(job.Folder, reason);
            _log.Debug("{Label:l}: {Errors:l}", job.Folder.Label, outcome.Errors);
            display.Report(index, 1, "failed");
        }
    }

    private List<T> Open<T>(string stage, IReadOnlyList<T> jobs, Func<T, StageFolder> folder)
    {
        List<T> open = [];
        foreach (T job in jobs)
        {
            StageFolder f = folder(job);
            if (f.IsComplete && f.FindCorruption() is string problem)
            {
                _log.Warning("{Problem:l} It is computed again.", problem);
                f.Discard();
            }

            if (!f.IsComplete)
            {
                open.Add(job);
            }
        }

        if (jobs.Count > open.Count)
        {
            _log.Information("{Stage:l}: {Done} of {Count} already there", stage, jobs.Count - open.Count, jobs.Count);
        }

        return open;
    }

    private void Fail(StageFolder folder, string reason)
    {
        _failures[folder.Hash] = new FailedJob(folder, reason);
        _log.Error("{Label:l}: {Reason:l}", folder.Label, reason);
    }

    private void Finished(string stage, Stopwatch clock)
    {
        StageTimes.Add((stage, clock.Elapsed));
        _log.Information("{Stage:l}: done in {Time:l}", stage, Durations.Format(clock.Elapsed));
    }

    /// <summary>A training, what its process is told, and its name for the display.</summary>
    private readonly record struct Training(TrainJob Job, WorkerArguments Worker, string Label);
}
