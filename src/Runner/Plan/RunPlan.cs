using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;

namespace Reproduce.Runner.Plan;

/// <summary>All jobs of a run, with the folder of each. A job's folder depends on everything that decides its result and nothing else.</summary>
public sealed class RunPlan
{
    // Raised by hand when a stage computes something else from the same settings.
    private const int SimulateVersion = 1;
    private const int ReferenceVersion = 1;
    private const int TrainVersion = 1;

    // A training of so many steps once went on to the end of its last epoch.
    private const int TrainVersionOfSteps = 2;
    private const int SampleVersion = 1;
    private const int ScoreVersion = 1;
    private const int ShowVersion = 1;

    private readonly string _cache;

    /// <summary>The jobs of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="variant">"paper" or the variant's name, for tables.</param>
    /// <param name="cache">Root folder of the results of jobs.</param>
    /// <param name="device">The device's type, such as "cpu": results on different ones differ in their last digits.</param>
    /// <param name="only">The contenders that have jobs; all when it is empty or not given.</param>
    public RunPlan(Experiment experiment, string variant, string cache, string device, IReadOnlyCollection<string>? only = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        Experiment = experiment;
        LeftOut = only is { Count: > 0 } ? [.. experiment.Contenders.Keys.Except(only)] : [];
        Variant = variant;
        _cache = cache;
        Task = experiment.Task.Create();
        Key = RandomKey.FromSeed(experiment.Seed).Child(experiment.Name);
        TaskSettings simulator = experiment.Task.SimulatorOnly();
        int dataSets = experiment.Test.Total;
        int replicates = experiment.Simulations.Budgets.Max(experiment.ReplicatesAt);
        Simulations = [.. Enumerable.Range(0, replicates).Select(replicate => PlanSimulations(simulator, replicate))];
        var testInputs = new { Version = SimulateVersion, experiment.Name, experiment.Seed, Task = simulator, DataSets = dataSets };
        TestSet = new TestSetJob(Folder("test", $"{dataSets} test data sets", testInputs));
        if (Task.Description.Reference is not null)
        {
            Reference = new ReferenceJob(Folder("reference", $"exact posterior, {experiment.Test.DataSets} x {experiment.Test.Draws} draws", new
            {
                Version = ReferenceVersion,
                Test = testInputs,
                experiment.Task,
                experiment.Test.Draws,
            }));
        }

        Trainings =
        [
            .. from budget in experiment.Simulations.Budgets
               from contender in experiment.Contenders
               where !LeftOut.Contains(contender.Key)
               from simulations in Simulations.Take(experiment.ReplicatesAt(budget))
               select PlanTraining(simulator, contender.Key, contender.Value.At(budget), budget, simulations, device),
        ];
        Samples = [.. from training in Trainings from steps in StepsOf(training) select PlanSample(training, steps)];
        Scores = [.. Samples.Select(PlanScore)];
        if (Reference is not null)
        {
            Scores = [PlanScore(null), .. Scores];
        }

        if (experiment.Figures.Observation is not null)
        {
            Shown = [.. (Reference is null ? [] : (SampleJob?[])[null]).Concat(Samples.Where(IsShown)).Select(PlanShow)];
        }
    }

    /// <summary>The experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>"paper" or the variant's name.</summary>
    public string Variant { get; }

    /// <summary>Contenders of the experiment that this run was asked to leave out; they have no jobs.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The inference problem.</summary>
    public ITask Task { get; }

    /// <summary>The root of the run's random numbers.</summary>
    public RandomKey Key { get; }

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

    /// <summary>Draws for the observation that the figures were asked to show, the exact posterior first; none when there is no such observation.</summary>
    public IReadOnlyList<ShowJob> Shown { get; } = [];

    /// <summary>The folders of all jobs, in the order of the stages.</summary>
    public IEnumerable<StageFolder> Folders =>
    [
        .. Simulations.Select(s => s.Folder), TestSet.Folder, .. Reference is null ? Array.Empty<StageFolder>() : [Reference.Folder],
        .. Trainings.Select(t => t.Folder), .. Samples.Select(s => s.Folder), .. Shown.Select(s => s.Folder), .. Scores.Select(s => s.Folder),
    ];

    /// <summary>The budget of figures that show one.</summary>
    public int ShownBudget => Experiment.Figures.Shown(Experiment.Simulations.Budgets);

    /// <summary>Whether figures that show one setting for each contender show this one.</summary>
    /// <param name="sample">The draws.</param>
    public bool IsShown(SampleJob sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.Train.Budget == ShownBudget && sample.Train.Replicate == 0 && sample.Steps == sample.Train.Settings.ShownSteps;
    }

    /// <summary>The sampling steps that are tried for a training.</summary>
    /// <param name="training">The training.</param>
    public int[] StepsOf(TrainJob training)
    {
        ArgumentNullException.ThrowIfNull(training);
        return training.Settings.StepsOf(Experiment.Simulations.FullSweep?.Contains(training.Budget) ?? true, training.Replicate);
    }

    private SimulateJob PlanSimulations(TaskSettings simulator, int replicate)
    {
        int pool = Experiment.Simulations.Budgets.Where(b => Experiment.ReplicatesAt(b) > replicate).Max();
        int validation = Experiment.Simulations.Validation;
        string label = $"{pool} training simulations" + (replicate > 0 ? $", replicate {replicate + 1}" : "");
        StageFolder folder = Folder("simulate", label, new
        {
            Version = SimulateVersion,
            Experiment.Name,
            Experiment.Seed,
            Task = simulator,
            Pool = pool,
            Validation = validation,
            // Left out of the hash for the first, which was there before the others had simulations of their own.
            Replicate = replicate > 0 ? replicate : (int?)null,
        });
        return new SimulateJob(folder, pool, validation, replicate);
    }

    private TrainJob PlanTraining(
        TaskSettings simulator, string name, ContenderSettings settings, int budget, SimulateJob simulations, string device)
    {
        string label = $"{name}, {budget} simulations" + (Experiment.ReplicatesAt(budget) > 1 ? $", training {simulations.Replicate + 1}" : "");
        return new TrainJob(
            Folder("train", label, new
            {
                Version = settings.Training.Steps is null ? TrainVersion : TrainVersionOfSteps,
                Experiment.Name,
                Experiment.Seed,
                Task = simulator,
                Experiment.Simulations.Validation,
                Experiment.Summary,
                Contender = settings.Stream ?? name,
                Settings = settings.TrainingOnly(),
                Budget = budget,
                simulations.Replicate,
                // Replicates once shared the training set of the first.
                Simulations = simulations.Replicate > 0 ? "own" : null,
                Device = device,
            }),
            name,
            settings,
            budget,
            simulations);
    }

    private SampleJob PlanSample(TrainJob train, int steps)
    {
        return new SampleJob(
            Folder("sample", steps == 1 ? $"{train.Folder.Label}, 1 step" : $"{train.Folder.Label}, {steps} steps", new
            {
                Version = SampleVersion,
                Training = train.Folder.Hash,
                TestSet = TestSet.Folder.Hash,
                Experiment.Test.Draws,
                // The sampler's own switches; the sweep is not one of them, each number of steps has a folder of its own.
                Settings = train.Settings.SamplingOnly(),
                Steps = steps,
                Experiment.Sampling,
                // Left out of the hash when there is none.
                Marginal = Experiment.Test.MarginalDataSets is int marginal ? new { Experiment.Test.DataSets, Drawn = marginal } : null,
            }),
            train,
            steps);
    }

    private ScoreJob PlanScore(SampleJob? sample)
    {
        return new ScoreJob(
            Folder("score", sample?.Folder.Label ?? "reference against reference", new
            {
                Version = ScoreVersion,
                Draws = sample?.Folder.Hash ?? "reference",
                Reference = Reference?.Folder.Hash ?? "none",
                TestSet = TestSet.Folder.Hash,
                Experiment.Scores,
                Parts = Experiment.Test.MarginalDataSets is null ? (int?)null : Experiment.Test.MarginalParts,
            }),
            sample);
    }

    private ShowJob PlanShow(SampleJob? sample)
    {
        return new ShowJob(
            Folder("show", sample?.Folder.Label ?? "exact posterior", new
            {
                Version = ShowVersion,
                // A setting's own folder names its estimator, steps and switches.
                Draws = sample?.Folder.Hash ?? Reference!.Folder.Hash,
                Experiment.Figures.Observation,
            }),
            sample);
    }

    private StageFolder Folder(string stage, string label, object inputs) => new(_cache, stage, label, inputs);
}
