using System.Collections.Frozen;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;

namespace Reproduce.Runner.Pipeline;

/// <summary>All jobs of an experiment.</summary>
public sealed class RunPlan
{
    private readonly IReadOnlySet<MeasuredPlace> _measured;

    /// <summary>The jobs of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="variant">"paper" or the variant's name, for tables.</param>
    /// <param name="cache">Root folder of the results of jobs.</param>
    /// <param name="device">The device's type, such as "cpu": results on different ones differ in their last digits.</param>
    /// <param name="only">The contenders that have jobs; all when it is empty or not given.</param>
    /// <param name="shardRows">Training simulations of a job of their own at most; null when one job simulates them all.</param>
    /// <param name="measured">What has its numbers already, and no jobs.</param>
    public RunPlan(
        Experiment experiment,
        string variant,
        string cache,
        string device,
        IReadOnlyCollection<string>? only = null,
        int? shardRows = null,
        IReadOnlySet<MeasuredPlace>? measured = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        Scope = new JobScope(experiment, cache, device);
        Variant = variant;
        _measured = measured ?? FrozenSet<MeasuredPlace>.Empty;
        LeftOut = only is { Count: > 0 } ? [.. experiment.Contenders.Keys.Except(only)] : [];
        int replicates = experiment.Simulations.Budgets.Max(experiment.ReplicatesAt);
        Simulations = [.. Enumerable.Range(0, replicates).Select(replicate => new SimulateJob(Scope, replicate, shardRows))];
        TestSet = new TestSetJob(Scope);
        Reference = Task.Description.Reference is not null ? new ReferenceJob(Scope, TestSet) : null;
        Trainings =
        [
            .. from budget in experiment.Simulations.Budgets
               from contender in experiment.Contenders
               where !LeftOut.Contains(contender.Key)
               from simulate in Simulations.Take(experiment.ReplicatesAt(budget))
               let training = new TrainJob(Scope, contender.Key, contender.Value.At(budget), budget, simulate)
               where measured is null || StepsOf(training).Length > 0
               select training,
        ];
        if (measured is not null)
        {
            Simulations = [.. Simulations.Where(s => Trainings.Any(t => t.Simulate == s))];
        }

        Samples =
        [
            .. from training in Trainings
               from steps in StepsOf(training)
               select new SampleJob(Scope, training, TestSet, steps),
        ];
        Scores =
        [
            .. Reference is null || _measured.Any(m => m.Contender == Measurement.Reference)
                ? Array.Empty<ScoreJob>()
                : [new ScoreJob(Scope, TestSet, Reference, sample: null)],
            .. Samples.Select(s => new ScoreJob(Scope, TestSet, Reference, s)),
        ];
        if (experiment.Figures.Observation is not null)
        {
            Shown =
            [
                .. Reference is null ? Array.Empty<ShowJob>() : [ShowJob.Exact(Scope, Reference)],
                .. Samples.Where(IsShown).Select(s => ShowJob.Of(Scope, s)),
            ];
        }

        if (experiment.Infer.Observation is not null && Task.Description.ShowsContraction
            && experiment.Simulations.Validation >= LocalC2st.Fewest)
        {
            LocalTests = [.. Samples.Where(IsShown).Select(s => new LocalTestJob(Scope, s))];
        }

        Jobs =
        [
            .. Simulations.SelectMany(s => s.Shards),
            .. Simulations,
            .. Scores.Count == 0 ? Array.Empty<IJob>() : Reference is null ? [TestSet] : [TestSet, Reference],
            .. Trainings,
            .. Samples,
            .. Shown,
            .. LocalTests,
            .. Scores,
        ];
    }

    /// <summary>What the jobs share.</summary>
    public JobScope Scope { get; }

    /// <summary>The experiment.</summary>
    public Experiment Experiment => Scope.Experiment;

    /// <summary>"paper" or the variant's name.</summary>
    public string Variant { get; }

    /// <summary>Contenders of the experiment that this run was asked to leave out; they have no jobs.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The inference problem.</summary>
    public ITask Task => Scope.Task;

    /// <summary>The root of the run's random numbers.</summary>
    public RandomKey Key => Scope.Key;

    /// <summary>The training simulations of each replicate.</summary>
    public IReadOnlyList<SimulateJob> Simulations { get; }

    /// <summary>The test data sets.</summary>
    public TestSetJob TestSet { get; }

    /// <summary>The reference draws; null when the exact posterior is not known.</summary>
    public ReferenceJob? Reference { get; }

    /// <summary>All trainings.</summary>
    public IReadOnlyList<TrainJob> Trainings { get; }

    /// <summary>All sets of draws.</summary>
    public IReadOnlyList<SampleJob> Samples { get; }

    /// <summary>All scores, the floor first.</summary>
    public IReadOnlyList<ScoreJob> Scores { get; }

    /// <summary>
    /// Draws for the observation that the figures were asked to show, the exact posterior first; none when there is no such observation.
    /// </summary>
    public IReadOnlyList<ShowJob> Shown { get; } = [];

    /// <summary>Local C2STs at the experiment's observation, of problems of one's own; none when it names none.</summary>
    public IReadOnlyList<LocalTestJob> LocalTests { get; } = [];

    /// <summary>All jobs, in the order of the stages.</summary>
    public IReadOnlyList<IJob> Jobs { get; }

    /// <summary>The budget of figures that show one.</summary>
    public int ShownBudget => Experiment.Figures.Shown(Experiment.Simulations.Budgets);

    /// <summary>Whether figures that show one setting for each contender show this one.</summary>
    /// <param name="sample">The draws.</param>
    public bool IsShown(SampleJob sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.Train.Budget == ShownBudget && sample.Train.Replicate == 0 && sample.Steps == sample.Train.Settings.ShownSteps;
    }

    /// <summary>The sampling steps that are to be tried for a training.</summary>
    /// <param name="training">The training.</param>
    public int[] StepsOf(TrainJob training)
    {
        ArgumentNullException.ThrowIfNull(training);
        bool isFullSweep = Experiment.Simulations.FullSweep?.Contains(training.Budget) ?? true;
        return
        [
            .. training.Settings.StepsOf(isFullSweep, training.Replicate)
                .Where(steps => !_measured.Contains(new MeasuredPlace(training.Contender, training.Budget, training.Replicate, steps))),
        ];
    }
}
