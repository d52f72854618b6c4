using System.Runtime.InteropServices;
using Reproduce.Compute;
using Reproduce.Configuration;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Tries a job, in whatever process: a job that fails leaves the reason beside its folder.</summary>
public static class JobAttempt
{
    /// <summary>Runs a job unless another process has made or makes its result.</summary>
    /// <param name="job">The job; an earlier failure of it is forgotten.</param>
    /// <param name="context">Where it runs.</param>
    /// <param name="progress">Told where it stands.</param>
    /// <returns>Null when there is a result, else why there is none.</returns>
    /// <exception cref="JobFailedException">The job failed and is one without which the run ends.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static string? Run(IJob job, JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        while (true)
        {
            using IDisposable? claim = job.Folder.Begin(context.Cancel);
            if (claim is null)
            {
                return null; // Another run that shares the cache made it meanwhile.
            }

            try
            {
                // A job with a process of its own sets its threads itself.
                set_num_threads(job.BringsThreads ? 1 : context.Threads);
                using IDisposable precision = Tf32.Allow(job.Precision == Precision.Tf32);
                job.Run(context, progress.Watched(job.Folder.Report));
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && job.Folder.IsTakenOver)
            {
                // Another process took this one for dead (its machine stood still, say) and went on with its folder: wait for that one.
            }
            catch (Exception e) when (ReasonOf(job, e) is string reason)
            {
                job.Folder.Fail(reason);
                return job.EndsRun ? throw new JobFailedException(reason, e) : reason;
            }
        }
    }

    /// <summary>
    /// Why a job has no result: it failed, or what it needs is missing for a reason of its own; null when there is a result.
    /// </summary>
    /// <param name="job">The job.</param>
    public static string? WhyMissing(this IJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        // What it needs comes first: a failure of its own is then of an earlier run.
        return job.IsDone
            ? null
            : job.Needs.Select(WhyMissing).FirstOrDefault(reason => reason is not null) ?? job.Folder.Failure?.Reason ?? "it was not run";
    }

    // Null for what is no failure of this job alone, such as a full disk. An argument that a library refuses, or an operation of libtorch,
    // is a matter of this job's settings or numbers: the others go on.
    private static string? ReasonOf(IJob job, Exception e) => e switch
    {
        JobFailedException or InvalidDataException => e.Message,
        _ when MemoryShortage.Caused(e) => MemoryShortage.Describe(job, e),
        ConfigurationException or ArgumentException or InvalidOperationException or ExternalException =>
            $"{job.Folder.Stage}, {job.Folder.Label}: {e.Message.Split('\n')[0]}",
        _ => null,
    };
}
