using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Engines;

/// <summary>
/// Times and sizes of jobs that are not done, from those that are: in proportion to a job's weight within its stage, of the same contender
/// where one is done, else of contenders of the same kind.
/// </summary>
public sealed class CapacityPlan
{
    private const double SecondsPerHour = 3600;

    private readonly Dictionary<string, Rate> _rates;
    private readonly Dictionary<string, long> _memory;

    /// <summary>Looks at the finished jobs of a run.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="arrays">Its arrays.</param>
    public CapacityPlan(RunPlan plan, IReadOnlyList<JobArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(arrays);
        (IJob Job, Measure Measure)[] done =
        [
            .. plan.Jobs.Where(j => j.Folder.IsComplete).Select(j => (j, Measure.Of(j))),
        ];
        _rates = done.SelectMany(d => Keys(d.Job).Select(key => (key, d))).GroupBy(p => p.key, p => p.d)
            .ToDictionary(g => g.Key, g => Rate.Of([.. g]));
        _memory = done.GroupBy(d => d.Job.Folder.Stage).ToDictionary(g => g.Key, g => g.Max(d => d.Measure.Memory));
        Stages =
        [
            .. from stage in SlurmSettings.StageNames.Where(s => s != SubmissionStages.Collect)
               let own = arrays.Where(a => a.Stage == stage).GroupBy(a => a.Stage).FirstOrDefault()
               where own is not null
               select Of(own),
        ];
        LongestChainHours = LongestChain(plan, arrays);
        Measured = done.Length;
    }

    /// <summary>The stages, in their order.</summary>
    public IReadOnlyList<StageCapacity> Stages { get; }

    /// <summary>
    /// Wall time of the longest chain of elements that wait for one another: the run takes no less, however many cores there are.
    /// </summary>
    public double LongestChainHours { get; }

    /// <summary>Finished jobs from which the times are.</summary>
    public int Measured { get; }

    private StageCapacity Of(IGrouping<string, JobArray> stage)
    {
        IJob[] open = [.. stage.SelectMany(a => a.Elements).SelectMany(e => e.Jobs).Where(j => !j.Folder.IsComplete)];
        Rate[] known = [.. open.Select(RateOf).OfType<Rate>()];
        return new StageCapacity(
            stage.Key,
            stage.Sum(a => a.Elements.Count),
            open.Length,
            stage.Sum(a => a.Elements.Count * (a.Resources.Cpus ?? 1)),
            open.Sum(j => CoreSeconds(j) ?? 0) / SecondsPerHour,
            stage.SelectMany(a => a.Elements.Select(e => Hours(e, a.Resources))).DefaultIfEmpty().Max(),
            open.Length - known.Length,
            open.Select(j => _memory.GetValueOrDefault(j.Folder.Stage)).DefaultIfEmpty().Max(),
            open.Sum(j => RateOf(j)?.BytesOf(j) ?? 0));
    }

    private double LongestChain(RunPlan plan, IReadOnlyList<JobArray> arrays)
    {
        double simulate = Stages.FirstOrDefault(s => s.Stage == SubmissionStages.Simulate)?.LongestHours ?? 0;
        Dictionary<IJob, double> train = [];
        foreach (JobArray array in arrays.Where(a => a.Stage == SubmissionStages.Train))
        {
            foreach (WorkElement element in array.Elements)
            {
                train[element.Jobs[0]] = Hours(element, array.Resources);
            }
        }

        double longest = 0;
        foreach (JobArray array in arrays.Where(a => a.Stage == SubmissionStages.Sample))
        {
            foreach (WorkElement element in array.Elements)
            {
                TrainJob? training = element.Jobs.OfType<SampleJob>().FirstOrDefault()?.Train;
                longest = Math.Max(
                    longest, Hours(element, array.Resources) + (training is null ? 0 : train.GetValueOrDefault(training)));
            }
        }

        return simulate + longest;
    }

    // A training has one core whatever the element has.
    private double Hours(WorkElement element, ResourceSettings resources) =>
        element.Jobs.Where(j => !j.Folder.IsComplete)
            .Sum(j => (CoreSeconds(j) ?? 0) / (j.HasOwnProcess ? 1 : resources.Cpus ?? 1)) / SecondsPerHour;

    // Joining takes as long as reading and writing.
    private double? CoreSeconds(IJob job) =>
        job is SimulateJob { Shards.Count: > 0 } ? 0 : RateOf(job)?.SecondsPerWeight * job.Weight;

    private Rate? RateOf(IJob job) => Keys(job).Select(key => _rates.GetValueOrDefault(key)).FirstOrDefault(r => r is not null);

    // The most telling first.
    private static IEnumerable<string> Keys(IJob job)
    {
        TrainJob? training = job switch
        {
            TrainJob train => train,
            SampleJob sample => sample.Train,
            ScoreJob score => score.Sample?.Train,
            ShowJob show => show.Sample?.Train,
            LocalTestJob test => test.Sample.Train,
            _ => null,
        };
        return job is SimulateJob or SimulationShardJob ? [SubmissionStages.Simulate]
            : training is null ? [$"{job.Folder.Stage} {job.GetType().Name}"]
            :
            [
                $"{job.Folder.Stage} {job.GetType().Name} {training.Contender}",
                $"{job.Folder.Stage} {job.GetType().Name} {training.Settings.GetType().Name}",
            ];
    }

    private sealed record Measure(double CoreSeconds, double Bytes, long Memory)
    {
        public static Measure Of(IJob job)
        {
            double bytes = new DirectoryInfo(job.Folder.Path).EnumerateFiles().Sum(f => (double)f.Length);
            Storage.JobOrigin? origin = job.Folder.Origin;
            // A job without a process of its own had all cores.
            return new Measure(
                job.Folder.Seconds * (job.HasOwnProcess ? 1 : origin?.Cores ?? 1), bytes, origin?.PeakMemoryBytes ?? 0);
        }
    }

    private sealed record Rate(double SecondsPerWeight, double BytesPerWeight, double BytesPerJob)
    {
        public static Rate Of(IReadOnlyList<(IJob Job, Measure Measure)> done)
        {
            double weight = done.Sum(d => d.Job.Weight), bytes = done.Sum(d => d.Measure.Bytes);
            return new Rate(done.Sum(d => d.Measure.CoreSeconds) / weight, bytes / weight, bytes / done.Count);
        }

        // Simulations grow with their number; weights, draws and scores are as large whatever they took.
        public double BytesOf(IJob job) => job is SimulateJob or SimulationShardJob ? BytesPerWeight * job.Weight : BytesPerJob;
    }
}
