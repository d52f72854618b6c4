using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>The local C2ST of a contender at the observation that the experiment names.</summary>
public sealed class LocalTestJob : IJob
{
    /// <summary>Name of the file with the results: an array of one number for each of the other names here.</summary>
    public const string ResultFile = "local.npz";

    /// <summary>The p-value.</summary>
    public const string PValue = "local_c2st_p";

    /// <summary>The statistic.</summary>
    public const string Statistic = "local_c2st";

    // Raised by hand when the numbers of the same settings become others.
    private const int Version = 1;

    private readonly JobScope _scope;

    /// <summary>A test.</summary>
    /// <param name="scope">An experiment that names an observation.</param>
    /// <param name="sample">The contender and its steps.</param>
    public LocalTestJob(JobScope scope, SampleJob sample)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(sample);
        _scope = scope;
        Sample = sample;
        Folder = scope.Folder("local", sample.Folder.Label, new
        {
            Version,
            Draws = sample.Folder.Hash,
            Simulations = sample.Train.Simulate.Folder.Hash,
            Observation = ObservationFile.DigestOf(ObservationPath) ?? "missing",
        });
    }

    /// <summary>The contender and its steps.</summary>
    public SampleJob Sample { get; }

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [Sample.Train, Sample.Train.Simulate];

    /// <inheritdoc/>
    public double Weight => 1;

    /// <inheritdoc/>
    public Precision Precision => _scope.Precision;

    /// <inheritdoc/>
    public string MemorySettings => "sampling.rows_per_pass or sampling.threads";

    /// <inheritdoc/>
    public bool BringsThreads => true;

    private string ObservationPath => _scope.Experiment.Infer.Observation!;

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        using DisposeScope scope = NewDisposeScope();
        using IPosteriorEstimator estimator = EstimatorFactory.Load(Sample.Train, context.Device);
        using Simulations held = LocalTesting.Held(Sample.Train)!;
        using Observation x = Observed(held.X);
        using Observation there = x.To(context.Device);
        LocalC2stSettings settings = new();
        SamplingSettings sampling = context.Sampling(_scope.Experiment.Sampling.RowsPerPass, Sample.Train.Settings);
        // As the verb infer draws.
        RandomKey key = Sample.Train.Key.Child("infer").Child(Sample.Steps);
        Tensor draws = PosteriorSampler.Sample(
            estimator, there, settings.MostDraws, Sample.Steps, key, sampling, progress: null, context.Cancel);
        LocalC2stResult found = LocalTesting.Run(
            estimator,
            held,
            Summaries.Of(estimator, x, context),
            draws,
            Sample.Steps,
            settings.Permutations,
            key.Child("local"),
            sampling,
            context)[0];
        progress.Report(1);
        Npz.Write(Folder.WorkFile(ResultFile), new Dictionary<string, Tensor>
        {
            [Statistic] = tensor([found.Statistic], dtype: ScalarType.Float64),
            [PValue] = tensor([found.PValue], dtype: ScalarType.Float64),
        });
        Folder.Commit(clock.Elapsed);
    }

    private Observation Observed(Observation example)
    {
        try
        {
            using ObservationFile file = ObservationFile.Read(ObservationPath);
            Observation all = file.Fit(example);
            return all.Count == 1
                ? all
                : throw new InvalidDataException($"infer.observation: expected one observation in {ObservationPath}, got {all.Count}");
        }
        catch (ConfigurationException e)
        {
            throw new InvalidDataException(e.Message.Replace("--observation", "infer.observation", StringComparison.Ordinal), e);
        }
    }
}
