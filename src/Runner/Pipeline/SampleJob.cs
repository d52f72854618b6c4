using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Posterior draws for all test data sets at one number of sampling steps, and the time they take.</summary>
/// <remarks>
/// One timed call draws everything: all data sets, all draws. Every contender goes through the same batching. Slow settings are
/// timed once, in parts where the run was stopped, fast ones repeatedly; all repetitions give the same draws.
/// </remarks>
public sealed class SampleJob : IJob
{
    // Raised by hand when the draws of the same settings become others.
    private const int Version = 1;

    private const int CountedDataSets = 20;

    private readonly JobScope _scope;
    private readonly TestSetJob _testSet;

    /// <summary>The draws of a trained contender.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="train">The training that is sampled.</param>
    /// <param name="testSet">The test data sets.</param>
    /// <param name="steps">Sampling steps.</param>
    public SampleJob(JobScope scope, TrainJob train, TestSetJob testSet, int steps)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(testSet);
        _scope = scope;
        _testSet = testSet;
        Train = train;
        Steps = steps;
        TestSettings test = scope.Experiment.Test;
        Folder = scope.Folder("sample", steps == 1 ? $"{train.Folder.Label}, 1 step" : $"{train.Folder.Label}, {steps} steps", new
        {
            Version,
            Training = train.Folder.Hash,
            TestSet = testSet.Folder.Hash,
            test.Draws,
            // The sampler's own switches; the sweep is not one of them, each number of steps has a folder of its own.
            Settings = train.Settings.SamplingOnly(),
            Steps = steps,
            scope.Experiment.Sampling,
            // Left out of the hash when there is none.
            Marginal = test.MarginalDataSets is int marginal ? new { test.DataSets, Drawn = marginal } : null,
        });
    }

    /// <summary>The training that is sampled.</summary>
    public TrainJob Train { get; }

    /// <summary>Sampling steps.</summary>
    public int Steps { get; }

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [Train, _testSet];

    /// <inheritdoc/>
    /// <remarks>Dense layers dominate: the time of a setting goes with its network passes, plus something for reading and
    /// writing.</remarks>
    public double Weight => Steps + 1;

    /// <inheritdoc/>
    public string Kin => Train.Kin;

    /// <inheritdoc/>
    public Precision Precision => _scope.Precision;

    /// <inheritdoc/>
    public string MemorySettings => "sampling.rows_per_pass, sampling.threads or test.draws";

    /// <inheritdoc/>
    public bool BringsThreads => true;

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        Experiment experiment = _scope.Experiment;
        SamplingSettings settings = context.Sampling(experiment.Sampling.RowsPerPass, Train.Settings);
        RandomKey key = Train.Key.Child("sample").Child(Steps);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(Train, context.Device);
        using Simulations test = SimulationFiles.Read(_testSet.Folder.FileOf(StageFiles.Test));
        using Observation all = test.X.To(context.Device);
        using Observation x = all.Narrow(0, experiment.Test.DataSets);
        WarmUp(estimator, x, Math.Min(SamplingSettings.BlockSize, experiment.Test.Draws), settings, key);

        // Both parts count by their draws: the second may well be the longer one.
        long timed = (long)experiment.Test.DataSets * experiment.Test.Draws;
        double share = (double)timed / (timed + (experiment.Test.MarginalDataSets ?? 0));
        (TimeSpan spent, TimeSpan earlier) = Draw(
            x,
            experiment.Test.Draws,
            key,
            StageFiles.UnfinishedDraws,
            StageFiles.Draws,
            progress.Part(0, share)
        );
        List<double> seconds = [spent.TotalSeconds];
        while (seconds.Count < experiment.Sampling.Repeats && seconds.Sum() < experiment.Sampling.RepeatSeconds)
        {
            seconds.Add(TimeAgain(estimator, x, experiment.Test.Draws, settings, key, context));
        }

        if (experiment.Test.MarginalDataSets is int count)
        {
            using Observation many = all.Narrow(0, count);
            earlier += Draw(
                many,
                1,
                key.Child("marginal"),
                StageFiles.UnfinishedMarginal,
                StageFiles.Marginal,
                progress.Part(share, 1 - share)
            ).Earlier;
        }

        using (NewDisposeScope())
        {
            Dictionary<string, Tensor> timing = new() { ["seconds"] = tensor(seconds.ToArray(), dtype: ScalarType.Float64) };
            if (Train.Settings.HasAdaptiveSteps)
            {
                double passes = CountPasses(estimator, x, experiment.Test.Draws, settings, key);
                timing[StageFiles.PassesArray] = tensor([passes], dtype: ScalarType.Float64);
            }

            Npz.Write(Folder.WorkFile(StageFiles.Timing), timing);
        }

        Folder.Commit(earlier + clock.Elapsed, StageFiles.UnfinishedDraws, StageFiles.UnfinishedMarginal);

        (TimeSpan Spent, TimeSpan Earlier) Draw(
            Observation given,
            int draws,
            RandomKey random,
            string unfinished,
            string finished,
            JobProgress part
        )
        {
            FinishedDraws made = new ResumableDrawing(context, settings, Folder.WorkFile(unfinished)).Run(
                estimator,
                given,
                draws,
                Steps,
                random,
                part
            );
            using Tensor theta = made.Theta;
            Npz.Write(Folder.WorkFile(finished), new Dictionary<string, Tensor> { [StageFiles.DrawsArray] = theta });
            return (made.Spent, made.Earlier);
        }
    }

    private double TimeAgain(
        IPosteriorEstimator estimator,
        Observation x,
        int draws,
        SamplingSettings settings,
        RandomKey key,
        JobContext context
    )
    {
        Devices.Synchronise(context.Device);
        Stopwatch timer = Stopwatch.StartNew();
        PosteriorSampler.Sample(estimator, x, draws, Steps, key, settings, progress: null, context.Cancel).Dispose();
        Devices.Synchronise(context.Device);
        return timer.Elapsed.TotalSeconds;
    }

    // Of draws that are made again, the first ones of some data sets: a drawing that was stopped in between has no count of all.
    private double CountPasses(IPosteriorEstimator estimator, Observation x, int draws, SamplingSettings settings, RandomKey key)
    {
        using Observation some = x.Narrow(0, Math.Min(CountedDataSets, x.Count));
        int each = Math.Min(SamplingSettings.BlockSize, draws);
        long before = estimator.Network.PassedRows;
        PosteriorSampler.Sample(estimator, some, each, Steps, key, settings).Dispose();
        return (double)(estimator.Network.PassedRows - before) / (some.Count * each);
    }

    // The first calls pay for thread pools and memory pools; a few passes are enough to have paid.
    private void WarmUp(IPosteriorEstimator estimator, Observation x, int draws, SamplingSettings settings, RandomKey key)
    {
        using Observation few = x.Narrow(0, Math.Min(4, x.Count));
        int steps = Train.Settings.HasAdaptiveSteps ? Steps : Math.Min(Steps, 3);
        PosteriorSampler.Sample(estimator, few, draws, steps, key, settings).Dispose();
    }
}
