using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Builds the estimator of a training job.</summary>
public static class EstimatorFactory
{
    /// <summary>The training set of a job, on the CPU; the caller owns it.</summary>
    /// <param name="job">The training.</param>
    public static Simulations TrainingSet(TrainJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        using Simulations pool = SimulationFiles.Read(job.Simulate.Folder.FileOf(StageFiles.Training));
        return pool.Take(job.Budget);
    }

    /// <summary>A new estimator with initial weights; the caller owns it.</summary>
    /// <param name="job">The training.</param>
    /// <param name="training">Its training set, or simulations of the same shapes.</param>
    /// <param name="device">Where the estimator shall be.</param>
    /// <exception cref="ConfigurationException">A network does not fit to the task's parameters or observations.</exception>
    public static IPosteriorEstimator Create(TrainJob job, Simulations training, Device device)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(training);
        Standardisation? scaling = ScalingOf(job, training);
        using Tensor theta = scaling?.Apply(training.Theta) ?? training.Theta.alias();
        using Tensor variance = theta.var(0, unbiased: false);
        return Create(job, training, variance, scaling, device);
    }

    /// <summary>An estimator whose numbers do not matter: to be counted, or to take the weights of a training.</summary>
    /// <param name="job">The training.</param>
    /// <param name="example">Simulations of the training set's shapes; their numbers may be anything.</param>
    /// <param name="device">Where the estimator shall be.</param>
    /// <exception cref="ConfigurationException">A network does not fit to the task's parameters or observations.</exception>
    public static IPosteriorEstimator CreateLike(TrainJob job, Simulations example, Device device)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(example);
        using Tensor variance = ones(example.Theta.shape[1]);
        return Create(job, example, variance, ScalingOf(job, example), device);
    }

    private static Standardisation? ScalingOf(TrainJob job, Simulations training) =>
        job.Settings.Standardise ? new Standardisation(training.Theta, training.X) : null;

    private static IPosteriorEstimator Create(
        TrainJob job, Simulations training, Tensor variance, Standardisation? scaling, Device device)
    {
        using RandomSource random = new(job.Key.Child("init"));
        SummaryNetwork summary = Fitting("summary", () => job.Summary.Create(training.X, random));
        EstimatorParts parts = new(training.Theta.shape[1], summary, variance, random);
        IPosteriorEstimator estimator = Fitting($"contenders.{job.Contender}", () => job.Settings.Create(parts));
        estimator = scaling is null ? estimator : StandardisedPosterior.Around(estimator, scaling);
        estimator.Network.to(device);
        return estimator;
    }

    // Whether a network fits to the task is known when it is built.
    private static T Fitting<T>(string setting, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"{setting}: {e.Message}");
        }
    }

    /// <summary>The estimator of a finished training, from its weights' file alone; the caller owns it.</summary>
    /// <param name="job">The training.</param>
    /// <param name="device">Where the estimator shall be.</param>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another network.</exception>
    public static IPosteriorEstimator Load(TrainJob job, Device device)
    {
        ArgumentNullException.ThrowIfNull(job);
        using WeightsFile file = WeightsFile.Read(job.Folder.FileOf(StageFiles.Weights));
        // Files of before shapes were written need the training set.
        using Simulations example = file.Example ?? TrainingSet(job);
        // What the example's numbers decide is a buffer of the network, and restored like the weights.
        IPosteriorEstimator estimator = CreateLike(job, example, device);
        try
        {
            NetworkState.Restore(estimator.Network, file.State);
            return estimator;
        }
        catch
        {
            estimator.Dispose();
            throw;
        }
    }
}
