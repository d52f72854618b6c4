using System.Diagnostics;
using System.Globalization;
using Reproduce.Configuration;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Display;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.CommandLine;

/// <summary>Runs single jobs of an experiment in this process: what batch systems start, and runs for each training.</summary>
public static class RunJobCommand
{
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromMinutes(1);

    /// <summary>Runs jobs to their end, or until a signal; those that are done are not run again.</summary>
    /// <param name="arguments">What says which experiment it is.</param>
    /// <param name="hashes">Hashes of the jobs, in an order in which they can be run.</param>
    /// <param name="isChild">
    /// Whether a run started this process: then it is told how far the job is in lines that it reads, and the job stops when standard input
    /// ends.
    /// </param>
    /// <returns>
    /// 0 when every job has a result; 3 when one failed, with the reason in a file beside its folder; the signal's exit code when the jobs
    /// were interrupted and what is worth keeping is on disk.
    /// </returns>
    /// <exception cref="ConfigurationException">The experiment has no such job.</exception>
    public static int Run(WorkerArguments arguments, IReadOnlyList<string> hashes, bool isChild)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(hashes);
        using CancellationTokenSource stop = new();
        using Interruption interruption = new();
        using CancellationTokenRegistration link = interruption.Token.Register(stop.Cancel);
        if (isChild)
        {
            // Ctrl-C reaches the whole group of processes: the parent decides, by closing the input.
            new Thread(() => WatchInput(stop)) { IsBackground = true }.Start();
        }

        Experiment experiment = YamlBinder.Bind<Experiment>(YamlReader.Load(arguments.ResolvedFile), SettingKinds.All);
        Device device = RunSetup.DeviceOf(experiment);
        RunPlan plan = new(
            experiment, arguments.Variant, arguments.Cache, device.type.ToString(), shardRows: arguments.ShardRows);
        Dictionary<string, IJob> all = plan.Jobs.DistinctBy(j => j.Folder.Hash).ToDictionary(j => j.Folder.Hash);
        IJob[] jobs =
        [
            .. hashes.Select(hash => all.TryGetValue(hash, out IJob? job)
                ? job
                : throw new ConfigurationException($"{hash}: {arguments.ResolvedFile} has no such job on a {device.type} device.")),
        ];
        JobContext context = JobContext.Of(experiment, device, stop.Token) with
        {
            CheckpointInterval = TimeSpan.FromSeconds(arguments.CheckpointSeconds),
            Note = isChild ? sentence => JobProcess.Note(Console.Out, sentence) : Say,
        };
        try
        {
            bool failed = false;
            foreach (IJob job in jobs)
            {
                failed |= !(isChild ? RunForParent(job, context) : RunForReader(job, context));
            }

            return failed ? ExitCodes.Incomplete : ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            return interruption.ExitCode;
        }
    }

    private static bool RunForParent(IJob job, JobContext context)
    {
        if (JobAttempt.Run(job, context, JobProcess.Reporter(Console.Out)) is not string reason)
        {
            return true;
        }

        Console.Error.WriteLine(reason);
        return false;
    }

    private static bool RunForReader(IJob job, JobContext context)
    {
        string name = $"{job.Folder.Stage}, {job.Folder.Label}";
        if (job.Folder.IsThere())
        {
            if (job.Folder.FindCorruption() is not string problem)
            {
                Say($"{name}: there already");
                return true;
            }

            Say($"{problem} It is computed again.");
            job.Folder.Discard();
        }
        else if (job.IsDone)
        {
            Say($"{name}: not needed any more");
            return true;
        }

        // What another machine has made is asked for anew.
        if (job.Needs.Where(n => !n.Folder.IsThere()).Select(n => n.WhyMissing()).FirstOrDefault(r => r is not null) is string missing)
        {
            Say($"{name}: left out, for what it needs is missing: {missing}");
            return false;
        }

        context.Cancel.ThrowIfCancellationRequested();
        Say($"{name}: begun on {Environment.MachineName} with {context.Threads} threads");
        Stopwatch clock = Stopwatch.StartNew();
        string? reason;
        try
        {
            reason = JobAttempt.Run(job, context, Lines(name));
        }
        catch (JobFailedException e)
        {
            reason = e.Message;
        }
        catch (OperationCanceledException)
        {
            Say($"{name}: stopped; the next start goes on from here");
            throw;
        }

        Say(reason is null ? $"{name}: done in {Durations.Format(clock.Elapsed)}" : $"{name}: failed: {reason}");
        return reason is null;
    }

    private static JobProgress Lines(string name)
    {
        Stopwatch since = Stopwatch.StartNew();
        return new JobProgress(
            (share, words) =>
            {
                if (since.Elapsed >= s_lineInterval)
                {
                    since.Restart();
                    Say(string.Create(CultureInfo.InvariantCulture, $"{name}: {share:P0} {words}").TrimEnd());
                }
            },
            share =>
            {
                if (share > 0)
                {
                    Say(string.Create(CultureInfo.InvariantCulture, $"{name}: goes on from {share:P0}"));
                }
            });
    }

    private static void Say(string sentence) => Console.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.UtcNow.ToString(JobOrigin.TimeFormat, CultureInfo.InvariantCulture)} {sentence}"));

    private static void WatchInput(CancellationTokenSource stop)
    {
        while (Console.In.ReadLine() is not null)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The training ended first.
        }
    }
}
