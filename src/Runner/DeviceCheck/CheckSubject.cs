using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>A contender of an experiment, with a few simulations to learn from.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Task">Its task.</param>
/// <param name="Job">The contender's training at the budget of the figures.</param>
/// <param name="Few">Some simulations on the CPU, shared by the experiment's contenders.</param>
internal sealed record CheckSubject(Experiment Experiment, ITask Task, TrainJob Job, Simulations Few)
{
    // A batch for comparisons: networks for images and series take seconds a step on a CPU with a whole one.
    private const int ComparedRows = 16;
    private const int Simulated = 32;

    /// <summary>Experiment and contender.</summary>
    public string Name => $"{Experiment.Name}/{Job.Contender}";

    /// <summary>Simulations in a step of the experiment.</summary>
    public int BatchSize => Job.Settings.Training.BatchSize;

    /// <summary>Sampling steps for clocks: those of the figures, or ten; where a tolerance decides, the most that it may take.</summary>
    public int SamplingSteps => FewSteps(10);

    /// <summary>Some sampling steps, or fewer where the figures have fewer; where a tolerance decides, the most that it may take.</summary>
    /// <param name="most">How many.</param>
    public int FewSteps(int most) =>
        Job.Settings.HasAdaptiveSteps ? Job.Settings.ShownSteps : Math.Min(most, Job.Settings.ShownSteps);

    /// <summary>The random numbers of this subject's trainings.</summary>
    public RandomKey Key => RandomKey.FromSeed(Experiment.Seed).Child("device-check").Child(Name);

    /// <summary>A new estimator, with the same weights on every device.</summary>
    /// <param name="device">Where it shall be.</param>
    public IPosteriorEstimator Create(Device device) => EstimatorFactory.Create(Job, Few, device);

    /// <summary>A training of a few steps on one batch.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="steps">Steps, an epoch each, so that each has a loss in the history.</param>
    public Trainer Short(IPosteriorEstimator estimator, int steps) => new(
        estimator, Job.Settings.Training with { Epochs = steps, Steps = null, BatchSize = ComparedRows, Validations = 0 }, Key);

    /// <summary>A training as the experiment has it, to be rehearsed.</summary>
    /// <param name="estimator">The estimator.</param>
    public Trainer Whole(IPosteriorEstimator estimator) => new(estimator, Job.Settings.Training, Key)
    {
        Resimulation = Experiment.Task.RedrawsObservations ? Task : null,
    };

    /// <summary>One batch for a comparison.</summary>
    /// <param name="device">Where it shall be.</param>
    public Simulations Batch(Device device) => Few.Take(ComparedRows).To(device);

    /// <summary>As many simulations as a step of the experiment has, repeated where there are not so many.</summary>
    /// <param name="device">Where they shall be.</param>
    public Simulations FullBatch(Device device)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor rows = arange(BatchSize, dtype: ScalarType.Int64).remainder(Few.Count);
        Simulations batch = new Simulations(Few.Theta.index_select(0, rows), Few.X.Select(rows)).To(device);
        batch.Theta.DetachFromDisposeScope();
        batch.X.DetachFromDisposeScope();
        return batch;
    }

    /// <summary>
    /// The contenders of the experiments in the working folder, those of few parameters first; what a subject holds lives until the
    /// next experiment's.
    /// </summary>
    /// <param name="profile">A profile, or null.</param>
    public static IEnumerable<CheckSubject> All(string? profile) => ProjectFolder.ExperimentFiles()
        .Select(file => new RunRequest { ExperimentFile = file, Profile = profile })
        .Select(request => new RunPlan(request.Load().Experiment, request.VariantName, request.CacheFolder, "CPU"))
        .OrderBy(plan => plan.Task.ParameterNames.Count)
        .SelectMany(Of);

    private static IEnumerable<CheckSubject> Of(RunPlan plan)
    {
        using Simulations few = Simulate(plan);
        foreach (TrainJob job in plan.Trainings.Where(t => t.Budget == plan.ShownBudget && t.Replicate == 0))
        {
            yield return new CheckSubject(plan.Experiment, plan.Task, job, few);
        }
    }

    private static Simulations Simulate(RunPlan plan)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(plan.Key.Child("device-check"));
        // Of a task whose parameters are data, the data need not be here: any numbers of their range do.
        Tensor theta = plan.Task.Description.Data is null
            ? plan.Task.SamplePrior(Simulated, random)
            : random.Uniform([Simulated, plan.Task.ParameterNames.Count]) * 2 - 1;
        Observation x = plan.Task.Simulate(theta, random);
        return new Simulations(theta.DetachFromDisposeScope(), x.DetachFromDisposeScope());
    }
}
