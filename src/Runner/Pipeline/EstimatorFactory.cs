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
        Standardisation? scaling = ScalingOf(job.Settings, training, job.Support);
        using Tensor theta = scaling?.Apply(training.Theta) ?? training.Theta.alias();
        using Tensor variance = theta.var(0, unbiased: false);
        return Create(job.Design, training, variance, scaling, device);
    }

    /// <summary>An estimator whose numbers do not matter: to be counted, or to take the weights of a training.</summary>
    /// <param name="design">What its networks follow from.</param>
    /// <param name="example">Simulations of the training set's shapes; their numbers may be anything.</param>
    /// <param name="device">Where the estimator shall be.</param>
    /// <exception cref="ConfigurationException">A network does not fit to the task's parameters or observations.</exception>
    public static IPosteriorEstimator CreateLike(NetworkDesign design, Simulations example, Device device)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(example);
        using Tensor variance = ones(example.Theta.shape[1]);
        // The bounds, too, are restored with the weights.
        IEnumerable<(double, double)> unknown =
            Enumerable.Repeat((double.NegativeInfinity, double.PositiveInfinity), (int)example.Theta.shape[1]);
        return Create(design, example, variance, ScalingOf(design.Settings, example, [.. unknown]), device);
    }

    private static Standardisation? ScalingOf(
        ContenderSettings settings, Simulations training, IReadOnlyList<(double Low, double High)>? support) =>
        settings.Standardise ? new Standardisation(training.Theta, training.X, settings.Unbounded ? support : null) : null;

    private static IPosteriorEstimator Create(
        NetworkDesign design, Simulations training, Tensor variance, Standardisation? scaling, Device device)
    {
        using RandomSource random = new(design.Key.Child("init"));
        SummaryNetwork summary = Fitting("summary", () => design.Summary.Create(training.X, random));
        EstimatorParts parts = new(training.Theta.shape[1], summary, variance, random);
        IPosteriorEstimator estimator = Fitting($"contenders.{design.Contender}", () => design.Settings.Create(parts));
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
        return Restore(job.Design, example, file.State, device);
    }

    /// <summary>An estimator with weights of a training; the caller owns it.</summary>
    /// <param name="design">What its networks follow from.</param>
    /// <param name="example">Simulations of the training set's shapes; their numbers may be anything.</param>
    /// <param name="state">Weights and buffers.</param>
    /// <param name="device">Where the estimator shall be.</param>
    /// <exception cref="InvalidDataException">The weights belong to another network.</exception>
    public static IPosteriorEstimator Restore(
        NetworkDesign design, Simulations example, IReadOnlyDictionary<string, Tensor> state, Device device)
    {
        // What the example's numbers decide is a buffer of the network, and restored like the weights.
        IPosteriorEstimator estimator = CreateLike(design, example, device);
        try
        {
            NetworkState.Restore(estimator.Network, state);
            return estimator;
        }
        catch
        {
            estimator.Dispose();
            throw;
        }
    }
}
