using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Posterior draws for the observation that the figures were asked to show, as the paper shows the posterior of one.</summary>
public sealed class ShowJob : IJob
{
    // Raised by hand when the draws of the same settings become others.
    private const int Version = 1;

    private readonly JobScope _scope;

    private ShowJob(JobScope scope, SampleJob? sample, string label, string hash)
    {
        _scope = scope;
        Sample = sample;
        Folder = scope.Folder("show", label, new { Version, Draws = hash, scope.Experiment.Figures.Observation });
    }

    /// <summary>The setting whose estimator draws; null for the exact posterior.</summary>
    public SampleJob? Sample { get; }

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => Sample is null ? [] : [Sample.Train];

    /// <inheritdoc/>
    public double Weight => Sample?.Weight ?? 1;

    /// <inheritdoc/>
    public Precision Precision => _scope.Precision;

    /// <inheritdoc/>
    public string MemorySettings => "sampling.rows_per_pass, sampling.threads or test.draws";

    /// <inheritdoc/>
    public bool BringsThreads => true;

    /// <summary>Draws from the exact posterior.</summary>
    /// <param name="scope">An experiment that names an observation.</param>
    /// <param name="reference">Its reference draws, whose settings decide these.</param>
    public static ShowJob Exact(JobScope scope, ReferenceJob reference)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(reference);
        return new ShowJob(scope, null, ReferenceJob.NameOf(scope), reference.Folder.Hash);
    }

    /// <summary>Draws of a contender at one number of steps.</summary>
    /// <param name="scope">An experiment that names an observation.</param>
    /// <param name="sample">The setting; its own folder names its estimator, steps and switches.</param>
    public static ShowJob Of(JobScope scope, SampleJob sample)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(sample);
        return new ShowJob(scope, sample, sample.Folder.Label, sample.Folder.Hash);
    }

    /// <summary>The observation, [1, F].</summary>
    /// <param name="experiment">An experiment that names one.</param>
    public static Observation ObservationOf(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        float[] numbers = [.. experiment.Figures.Observation!.Select(v => (float)v)];
        return new Observation(tensor(numbers, [1, numbers.Length]).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        using Observation x = ObservationOf(_scope.Experiment);
        using (Tensor draws = Sample is null ? DrawExact(x) : Draw(Sample, x, context, progress))
        {
            Npz.Write(Folder.WorkFile(StageFiles.Draws), new Dictionary<string, Tensor> { [StageFiles.DrawsArray] = draws });
        }

        Folder.Commit(clock.Elapsed);
    }

    private Tensor DrawExact(Observation x) =>
        _scope.Task.Description.Reference!.Sample(x, _scope.Experiment.Test.Draws, _scope.Key.Child("reference").Child("shown"));

    private Tensor Draw(SampleJob sample, Observation x, JobContext context, JobProgress progress)
    {
        RandomKey key = sample.Train.Key.Child("shown").Child(sample.Steps);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(sample.Train, context.Device);
        using Observation there = x.To(context.Device);
        return PosteriorSampler.Sample(
            estimator,
            there,
            _scope.Experiment.Test.Draws,
            sample.Steps,
            key,
            context.Sampling(_scope.Experiment.Sampling.RowsPerPass, sample.Train.Settings),
            progress,
            context.Cancel
        );
    }
}
