using Reproduce.Runner.Display;
using Reproduce.Runner.Engines;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using Spectre.Console;

namespace Reproduce.Runner.CommandLine;

/// <summary>Says how a submission goes: by the folders of its jobs first, and by one question to the queue.</summary>
public static class StatusCommand
{
    private static readonly string[] s_states = [Done, Running, Waiting, Failed, Lost];

    private const string Done = "done", Running = "running", Waiting = "waiting", Failed = "failed", Lost = "lost";

    /// <summary>Prints counts by stage, what runs and what failed.</summary>
    /// <param name="folder">The submission's folder, or the results folder that it belongs to.</param>
    /// <returns>0, or 3 when jobs have failed or are lost.</returns>
    public static int Run(string folder)
    {
        Submission submission = Submission.Open(folder);
        RunPlan plan = RunSetup.OfSubmission(submission).Plan;
        StageFolder.LookAnew(submission.Request.CacheFolder);
        IReadOnlyList<QueuedElement>? queue = SlurmClient.Queue();
        Dictionary<string, QueuedElement?> queued = Queued(submission, queue);
        (IJob Job, string State)[] jobs =
        [
            .. plan.Jobs.DistinctBy(j => j.Folder.Hash).Select(j => (j, StateOf(j, queued, queue is not null))),
        ];

        IAnsiConsole console = AnsiConsole.Console;
        console.MarkupLineInterpolated($"{plan.Experiment.Title} ({plan.Variant}), {submission.Folder}");
        Table table = new Table().AddColumns(["stage", .. s_states]);
        foreach (IGrouping<string, (IJob Job, string State)> stage in jobs.GroupBy(j => j.Job.Folder.Stage))
        {
            table.AddRow([stage.Key, .. s_states.Select(state => FormattableString.Invariant($"{stage.Count(j => j.State == state)}"))]);
        }

        console.Write(table);
        foreach ((IJob job, string state) in jobs.Where(j => j.State is Running or Failed or Lost))
        {
            console.WriteLine($"{state}: {job.Folder.Stage}, {job.Folder.Label}{Detail(job, state)}");
        }

        if (queue is null)
        {
            console.WriteLine("squeue is not here or does not answer: what waits and what is lost cannot be told apart.");
        }

        return jobs.Any(j => j.State is Failed or Lost) ? ExitCodes.Incomplete : ExitCodes.Success;
    }

    // The element of each job, null for jobs whose element has left the queue.
    private static Dictionary<string, QueuedElement?> Queued(Submission submission, IReadOnlyList<QueuedElement>? queue)
    {
        IReadOnlyDictionary<string, string> ids = submission.Ids;
        ILookup<(string, int), QueuedElement> there = (queue ?? []).ToLookup(q => (q.Array, q.Index));
        Dictionary<string, QueuedElement?> result = [];
        foreach (SubmittedElement element in submission.Elements)
        {
            QueuedElement? found = ids.TryGetValue(element.Array, out string? id) ? there[(id, element.Index)].FirstOrDefault() : null;
            foreach (string hash in element.Hashes)
            {
                result[hash] = found ?? result.GetValueOrDefault(hash);
            }
        }

        return result;
    }

    private static string StateOf(IJob job, Dictionary<string, QueuedElement?> queued, bool isQueueKnown)
    {
        QueuedElement? element = queued.GetValueOrDefault(job.Folder.Hash);
        return job.IsDone ? Done
            : job.Folder.IsWorkedOn ? Running
            : element is not null ? Waiting
            : job.WhyMissing() is not null && HasFailure(job) ? Failed
            : isQueueKnown ? Lost
            : Waiting;
    }

    // Its own, or of what it needs.
    private static bool HasFailure(IJob job) => job.Folder.Failure is not null || job.Needs.Any(n => !n.IsDone && HasFailure(n));

    private static string Detail(IJob job, string state)
    {
        if (state == Failed)
        {
            return $": {job.WhyMissing()}";
        }

        if (state == Lost)
        {
            return job.Folder.IsBegun ? ": begun, and in no queue; submit again to go on" : ": in no queue; submit again";
        }

        return job.Folder.Progress is not { } progress
            ? ""
            : FormattableString.Invariant($" on {progress.Process.Host}: {progress.Share:P0}")
                + (progress.Left is TimeSpan left ? $", {Durations.Format(left)} left" : "");
    }
}
