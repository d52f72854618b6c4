using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// The scores of one set of draws against the reference and the true parameters: a file for each metric, with its version in its name.
/// </summary>
/// <remarks>
/// A score in the cache that lacks a metric, or has another version of it, is opened again: what it has is kept, and the missing metrics
/// alone are computed.
/// </remarks>
public sealed class ScoreJob : IJob
{
    // Raised by hand when the scores of the same settings become others.
    private const int Version = 1;

    private readonly JobScope _scope;
    private readonly TestSetJob _testSet;
    private readonly ReferenceJob? _reference;

    /// <summary>The scores of a set of draws.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="testSet">The test data sets.</param>
    /// <param name="reference">The reference draws; null when the exact posterior is not known.</param>
    /// <param name="sample">The draws; null for a second set of reference draws (the floor).</param>
    /// <param name="metrics">What they are scored by; null for all metrics of the task.</param>
    public ScoreJob(
        JobScope scope, TestSetJob testSet, ReferenceJob? reference, SampleJob? sample, IReadOnlyList<Metric>? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(testSet);
        _scope = scope;
        _testSet = testSet;
        _reference = reference;
        Sample = sample;
        Metrics = metrics ?? Catalogue.Metrics.Of(scope.Task.Description, scope.Experiment.Test);
        Folder = scope.Folder("score", sample?.Folder.Label ?? "reference against reference", new
        {
            Version,
            Draws = sample?.Folder.Hash ?? "reference",
            Reference = reference?.Folder.Hash ?? "none",
            TestSet = testSet.Folder.Hash,
            scope.Experiment.Scores,
            Parts = scope.Experiment.Test.MarginalDataSets is null ? (int?)null : scope.Experiment.Test.MarginalParts,
        }, folder => Metrics.All(metric => StoredScores.Has(folder, metric)));
    }

    /// <summary>The draws; null for the floor.</summary>
    public SampleJob? Sample { get; }

    /// <summary>What they are scored by.</summary>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>The contender's name in tables; "reference" for the floor.</summary>
    public string Contender => Sample?.Train.Contender ?? Measurement.Reference;

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs =>
        [_testSet, .. _reference is null ? Array.Empty<IJob>() : [_reference], .. Sample is null ? Array.Empty<IJob>() : [Sample]];

    /// <inheritdoc/>
    public double Weight => 1;

    /// <inheritdoc/>
    public string MemorySettings => "scores.mmd.max_draws, sampling.threads or test.draws";

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Simulations test = SimulationFiles.Read(_testSet.Folder.FileOf(StageFiles.Test));
        ScoreInputs inputs = Inputs(test, context, progress);
        if (!inputs.Draws.isfinite().all().item<bool>())
        {
            // A reader must see a hole with its reason instead of a number that hides it.
            throw new InvalidDataException($"{Folder.Label}: some draws are infinite or not a number.");
        }

        (IReadOnlyList<Metric> missing, double before) = StoredScores.Keep(Folder, Metrics);
        foreach (Metric metric in missing)
        {
            using IDisposable step = NewDisposeScope();
            Npz.Write(
                Folder.WorkFile(metric.File),
                metric.Compute(inputs).ToDictionary(p => p.Key, p => tensor(p.Value, dtype: ScalarType.Float64)));
        }

        progress.Report(1);
        Folder.Commit(clock.Elapsed + TimeSpan.FromSeconds(before));
    }

    private ScoreInputs Inputs(Simulations test, JobContext context, IProgress<double> progress)
    {
        Dictionary<string, Tensor>? reference = _reference is null
            ? null
            : Npz.Read(_reference.Folder.FileOf(StageFiles.Reference));
        return new ScoreInputs
        {
            Draws = Sample is SampleJob sample
                ? Npz.Read(sample.Folder.FileOf(StageFiles.Draws))[StageFiles.DrawsArray]
                : reference![StageFiles.SecondArray],
            Truth = test.Theta,
            X = test.X,
            Reference = reference?[StageFiles.DrawsArray],
            Marginal = Sample is SampleJob drawn && _scope.Experiment.Test.MarginalDataSets is not null
                ? Npz.Read(drawn.Folder.FileOf(StageFiles.Marginal))[StageFiles.DrawsArray]
                : null,
            MarginalParts = _scope.Experiment.Test.MarginalParts,
            Task = _scope.Task.Description,
            Settings = _scope.Experiment.Scores,
            Key = _scope.Key.Child("score"),
            Device = context.Device,
            Threads = context.Threads,
            Progress = progress,
            Cancel = context.Cancel,
        };
    }
}
