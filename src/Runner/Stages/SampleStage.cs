using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Plan;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Draws from a trained estimator for every test data set and measures the time.</summary>
/// <remarks>
/// One timed call draws everything: all data sets, all draws. Every contender goes through the same batching. Slow settings are
/// timed once, in parts where the run was stopped, fast ones repeatedly; all repetitions give the same draws.
/// </remarks>
public static class SampleStage
{
    /// <summary>Makes the draws.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(SampleJob job, StageContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        Experiment experiment = context.Plan.Experiment;
        SamplingOptions options = context.Sampling;
        RandomKey key = EstimatorFactory.KeyOf(job.Train, context).Child("sample").Child(job.Steps);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(job.Train, context);
        using Simulations test = SimulationFiles.Read(context.Plan.TestSet.Folder.FileOf(StageFiles.Test));
        using Observation all = test.X.To(context.Device);
        using Observation x = all.Narrow(0, experiment.Test.DataSets);
        WarmUp(estimator, x, Math.Min(SamplingOptions.BlockSize, experiment.Test.Draws), job.Steps, options, key);

        // Both parts count by their draws: the second may well be the longer one.
        long timed = (long)experiment.Test.DataSets * experiment.Test.Draws;
        double share = (double)timed / (timed + (experiment.Test.MarginalDataSets ?? 0));
        (TimeSpan spent, TimeSpan earlier) = Draw(x, experiment.Test.Draws, key, StageFiles.UnfinishedDraws, StageFiles.Draws, progress.Part(0, share));
        List<double> seconds = [spent.TotalSeconds];
        while (seconds.Count < experiment.Sampling.Repeats && seconds.Sum() < experiment.Sampling.RepeatSeconds)
        {
            seconds.Add(TimeAgain(estimator, x, experiment.Test.Draws, job.Steps, key, context));
        }

        if (experiment.Test.MarginalDataSets is int count)
        {
            using Observation many = all.Narrow(0, count);
            earlier += Draw(many, 1, key.Child("marginal"), StageFiles.UnfinishedMarginal, StageFiles.Marginal, progress.Part(share, 1 - share)).Earlier;
        }

        using (Tensor timing = tensor(seconds.ToArray(), dtype: ScalarType.Float64))
        {
            Npz.Write(job.Folder.WorkFile(StageFiles.Timing), new Dictionary<string, Tensor> { ["seconds"] = timing });
        }

        job.Folder.Commit(earlier + clock.Elapsed, StageFiles.UnfinishedDraws, StageFiles.UnfinishedMarginal);

        (TimeSpan Spent, TimeSpan Earlier) Draw(Observation given, int draws, RandomKey random, string unfinished, string finished, JobProgress part)
        {
            FinishedDraws made = new ResumableDrawing(context, job.Folder.WorkFile(unfinished)).Run(estimator, given, draws, job.Steps, random, part);
            using Tensor theta = made.Theta;
            Npz.Write(job.Folder.WorkFile(finished), new Dictionary<string, Tensor> { [StageFiles.DrawsArray] = theta });
            return (made.Spent, made.Earlier);
        }
    }

    private static double TimeAgain(IPosteriorEstimator estimator, Observation x, int draws, int steps, RandomKey key, StageContext context)
    {
        Devices.Synchronise(context.Device);
        Stopwatch timer = Stopwatch.StartNew();
        PosteriorSampler.Sample(estimator, x, draws, steps, key, context.Sampling, progress: null, context.Cancel).Dispose();
        Devices.Synchronise(context.Device);
        return timer.Elapsed.TotalSeconds;
    }

    // The first calls pay for thread pools and memory pools; a few passes are enough to have paid.
    private static void WarmUp(IPosteriorEstimator estimator, Observation x, int draws, int steps, SamplingOptions options, RandomKey key)
    {
        using Observation few = x.Narrow(0, Math.Min(4, x.Count));
        PosteriorSampler.Sample(estimator, few, draws, Math.Min(steps, 3), key, options).Dispose();
    }
}
