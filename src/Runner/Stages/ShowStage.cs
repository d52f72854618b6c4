using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Plan;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Draws for the observation that the figures were asked to show, as the paper shows the posterior of one.</summary>
public static class ShowStage
{
    /// <summary>Makes the draws.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(ShowJob job, StageContext context, IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        using Observation x = Of(context.Plan.Experiment);
        using (Tensor draws = job.Sample is SampleJob sample ? Draw(sample, x, context, progress) : Exact(x, context))
        {
            Npz.Write(job.Folder.WorkFile(StageFiles.Draws), new Dictionary<string, Tensor> { [StageFiles.DrawsArray] = draws });
        }

        progress.Report(1);
        job.Folder.Commit(clock.Elapsed);
    }

    /// <summary>The observation, [1, F].</summary>
    /// <param name="experiment">An experiment that names one.</param>
    internal static Observation Of(Experiment experiment)
    {
        float[] numbers = [.. experiment.Figures.Observation!.Select(v => (float)v)];
        return new Observation(tensor(numbers, [1, numbers.Length]).DetachFromDisposeScope());
    }

    private static Tensor Exact(Observation x, StageContext context) =>
        context.Plan.Task.Description.Reference!.Sample(
            x, context.Plan.Experiment.Test.Draws, context.Plan.Key.Child("reference").Child("shown"));

    private static Tensor Draw(SampleJob sample, Observation x, StageContext context, IProgress<double> progress)
    {
        RandomKey key = EstimatorFactory.KeyOf(sample.Train, context).Child("shown").Child(sample.Steps);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(sample.Train, context);
        using Observation there = x.To(context.Device);
        return PosteriorSampler.Sample(
            estimator, there, context.Plan.Experiment.Test.Draws, sample.Steps, key, context.Sampling, progress, context.Cancel);
    }
}
