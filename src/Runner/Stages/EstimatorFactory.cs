using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Plan;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Builds the estimator of a training job.</summary>
public static class EstimatorFactory
{
    /// <summary>The stream of a training: named by contender, budget and replicate, so that no other contender has a part in it.</summary>
    /// <param name="job">The training.</param>
    /// <param name="context">The run.</param>
    public static RandomKey KeyOf(TrainJob job, StageContext context)
    {
        ArgumentNullException.ThrowIfNull(job);
        return context.Plan.Key.Child("train").Child(job.Stream).Child(job.Budget).Child(job.Replicate);
    }

    /// <summary>The training set of a job, on the CPU; the caller owns it.</summary>
    /// <param name="job">The training.</param>
    public static Simulations TrainingSet(TrainJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        using Simulations pool = SimulationFiles.Read(job.Simulate.Folder.FileOf(StageFiles.Training));
        return pool.Take(job.Budget);
    }

    /// <summary>A new estimator with initial weights, on the run's device; the caller owns it.</summary>
    /// <param name="job">The training.</param>
    /// <param name="training">Its training set.</param>
    /// <param name="context">The run.</param>
    public static IPosteriorEstimator Create(TrainJob job, Simulations training, StageContext context)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(training);
        using RandomSource random = new(KeyOf(job, context).Child("init"));
        SummaryNetwork summary = context.Plan.Experiment.Summary.Create(training.X, random);
        using Tensor variance = training.Theta.var(0, unbiased: false);
        IPosteriorEstimator estimator = job.Settings.Create(new EstimatorParts(training.Theta.shape[1], summary, variance, random));
        estimator.Network.to(context.Device);
        return estimator;
    }

    /// <summary>The estimator of a finished training; the caller owns it.</summary>
    /// <param name="job">The training.</param>
    /// <param name="context">The run.</param>
    public static IPosteriorEstimator Load(TrainJob job, StageContext context)
    {
        ArgumentNullException.ThrowIfNull(job);
        using Simulations training = TrainingSet(job);
        IPosteriorEstimator estimator = Create(job, training, context);
        Dictionary<string, Tensor> weights = Npz.Read(job.Folder.FileOf(StageFiles.Weights));
        try
        {
            NetworkState.Restore(estimator.Network, weights);
            return estimator;
        }
        catch
        {
            estimator.Dispose();
            throw;
        }
        finally
        {
            foreach (Tensor weight in weights.Values)
            {
                weight.Dispose();
            }
        }
    }
}
