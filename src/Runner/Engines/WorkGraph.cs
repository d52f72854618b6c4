using System.Globalization;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Engines;

/// <summary>
/// The jobs of a run as arrays: simulations, in shards that are joined where they are many or slow, then a training per element, then its
/// draws and scores behind it, then the report. What is done already is left out.
/// </summary>
public static class WorkGraph
{
    /// <summary>The arrays of a run, in an order in which they can be submitted.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="settings">The cluster.</param>
    /// <param name="maxArraySize">Elements of an array at most.</param>
    public static IReadOnlyList<JobArray> Of(RunPlan plan, SlurmSettings settings, int maxArraySize)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(settings);
        List<JobArray> arrays = [];
        foreach (WorkElement[] part in Simulations(plan).Chunk(maxArraySize))
        {
            Add(SubmissionStages.Simulate, settings.For(SubmissionStages.Simulate), part, [], Waiting.ForEnd);
        }

        string[] shards = [.. arrays.Select(a => a.Name)];
        foreach (WorkElement[] part in Joining(plan).Chunk(maxArraySize))
        {
            Add(SubmissionStages.Merge, settings.For(SubmissionStages.Merge), part, shards, Waiting.ForSuccess);
        }

        string[] simulated = [.. arrays.Select(a => a.Name)];
        // Contenders that differ in their sampler alone have one training.
        IEnumerable<Pair> pairs = plan.Trainings.GroupBy(t => t.Folder.Hash)
            .Select(same => new Pair(same.First(), [.. same.SelectMany(t => Behind(plan, t))]))
            .Where(p => !p.Training.Folder.IsComplete || p.Behind.Any(j => !j.Folder.IsComplete));
        foreach (IGrouping<string, Pair> alike in pairs.GroupBy(p => KeyOf(p, settings)))
        {
            foreach (Pair[] part in alike.Chunk(maxArraySize))
            {
                string contender = part[0].Training.Contender;
                string[] behind = simulated;
                Waiting waiting = Waiting.ForSuccess;
                if (!part[0].Training.Folder.IsComplete)
                {
                    behind =
                    [
                        Add(
                            SubmissionStages.Train,
                            settings.For(SubmissionStages.Train, contender),
                            [.. part.Select(p => new WorkElement(p.Training.Folder.Label, p.Training.Contender, [p.Training]))],
                            simulated,
                            Waiting.ForSuccess),
                    ];
                    waiting = Waiting.ForSameElement;
                }

                Add(
                    SubmissionStages.Sample,
                    settings.For(SubmissionStages.Sample, contender),
                    [.. part.Select(p => new WorkElement(p.Training.Folder.Label, p.Training.Contender, p.Behind))],
                    behind,
                    waiting);
            }
        }

        // The report shows holes, so it waits for the end of everything, good or bad.
        Add(
            SubmissionStages.Collect,
            settings.For(SubmissionStages.Collect),
            [new WorkElement("report", null, [])],
            [.. arrays.Select(a => a.Name)],
            Waiting.ForEnd);
        return arrays;

        string Add(string stage, ResourceSettings resources, WorkElement[] elements, string[] after, Waiting waiting)
        {
            string number = (arrays.Count(a => a.Stage == stage) + 1).ToString(CultureInfo.InvariantCulture);
            string name = stage == SubmissionStages.Collect ? stage : $"{stage}-{number}";
            arrays.Add(new JobArray(name, stage, resources, elements, after, waiting));
            return name;
        }
    }

    private static IEnumerable<WorkElement> Simulations(RunPlan plan)
    {
        foreach (SimulateJob job in plan.Simulations.Where(j => !j.Folder.IsComplete))
        {
            IReadOnlyList<IJob> parts = job.Shards.Count == 0 ? [job] : job.Shards;
            foreach (IJob part in parts.Where(p => !p.IsDone))
            {
                yield return new WorkElement(part.Folder.Label, null, [part]);
            }
        }

        IJob[] exact =
        [
            .. plan.Jobs.Where(j => j is TestSetJob or ReferenceJob
                or ScoreJob { Sample: null }
                or ShowJob { Sample: null }),
        ];
        if (exact.Any(j => !j.Folder.IsComplete))
        {
            yield return new WorkElement("test sets", null, exact);
        }
    }

    private static IEnumerable<WorkElement> Joining(RunPlan plan) =>
        plan.Simulations.Where(j => !j.Folder.IsComplete && j.Shards.Count > 0).Select(j => new WorkElement(j.Folder.Label, null, [j]));

    private static IEnumerable<IJob> Behind(RunPlan plan, TrainJob training) =>
    [
        .. plan.Samples.Where(s => s.Train == training),
        .. plan.Shown.Where(s => s.Sample?.Train == training),
        .. plan.LocalTests.Where(t => t.Sample.Train == training),
        .. plan.Scores.Where(s => s.Sample?.Train == training),
    ];

    // Elements of an array ask for the same.
    private static string KeyOf(Pair pair, SlurmSettings settings) => string.Join(
        '\n',
        [
            pair.Training.Folder.IsComplete ? "draws" : "all",
            .. settings.For(SubmissionStages.Train, pair.Training.Contender).ToOptions(),
            "",
            .. settings.For(SubmissionStages.Sample, pair.Training.Contender).ToOptions(),
        ]);

    private sealed record Pair(TrainJob Training, IJob[] Behind);
}
