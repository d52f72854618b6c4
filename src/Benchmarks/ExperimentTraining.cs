using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// Trainings of an experiment as its file sets them up, of a few steps on a few simulations: times do not depend on how many there are.
/// </summary>
internal sealed class ExperimentTraining : IDisposable
{
    private readonly TrainJob _job;
    private readonly Simulations _data;

    private ExperimentTraining(TrainJob job, Simulations data)
    {
        _job = job;
        _data = data;
    }

    /// <summary>Makes the simulations.</summary>
    /// <param name="experiment">Name of the experiment's file.</param>
    /// <param name="contender">Name of the contender in it.</param>
    /// <param name="simulations">How many simulations the steps draw their batches from.</param>
    /// <param name="settings">Settings laid over the file, each "a.b.c=value".</param>
    internal static ExperimentTraining Prepare(string experiment, string contender, int simulations, params string[] settings)
    {
        NativeBackend.EnsureLoaded();
        (_, Experiment read) = new RunRequest { ExperimentFile = Repository.Experiment(experiment), Settings = settings }.Load();
        // A plan only names its folders; nothing is written there.
        RunPlan plan = new(read, Measurement.PaperVariant, Path.GetTempPath(), "cpu");
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(plan.Key);
        Tensor theta = plan.Task.SamplePrior(simulations, random);
        Simulations data = new(theta.DetachFromDisposeScope(), plan.Task.Simulate(theta, random).DetachFromDisposeScope());
        set_num_threads(1);
        return new ExperimentTraining(plan.Trainings.First(t => t.Contender == contender), data);
    }

    /// <summary>A new estimator, trained for a number of steps on one thread.</summary>
    /// <param name="steps">Number of steps.</param>
    internal long Run(int steps)
    {
        using DisposeScope scope = NewDisposeScope();
        using IPosteriorEstimator estimator = EstimatorFactory.Create(_job, _data, CPU);
        TrainingSettings training = _job.Settings.Training with { Epochs = null, Steps = steps, Validations = 0 };
        using var trainer = new Trainer(estimator, training, _job.Key);
        trainer.Run(_data);
        return trainer.Step;
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();
}
