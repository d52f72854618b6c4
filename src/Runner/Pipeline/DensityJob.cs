using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Importance sampling with one trained contender: draws with densities, weighed by the exact joint density, scored before and after.
/// Without a training it is the floor of C2ST, a second set of exact draws.
/// </summary>
public sealed class DensityJob : IJob
{
    /// <summary>Name of the file with the results: one array [J] for each of the other names here.</summary>
    public const string ResultFile = "density.npz";

    /// <summary>Effective sample size over the number of draws.</summary>
    public const string EffectiveShare = "ess_per_draw";

    /// <summary>Share of the resampled draws that are different ones.</summary>
    public const string Distinct = "distinct";

    /// <summary>C2ST of the draws as they are.</summary>
    public const string Plain = "c2st";

    /// <summary>C2ST of the draws resampled by their weights.</summary>
    public const string Corrected = "c2st_corrected";

    /// <summary>Estimated minus exact log p(x).</summary>
    public const string EvidenceError = "log_evidence_error";

    /// <summary>The standard error of that estimate as the weights predict it.</summary>
    public const string PredictedError = "log_evidence_predicted_error";

    /// <summary>Of a chain: effective sample size over the number of draws when the executed path alone estimates the density.</summary>
    public const string OnePathShare = "ess_per_draw_one_path";

    /// <summary>Of a chain: standard deviation of log q of one draw over backward paths, median over draws.</summary>
    public const string Spread = "log_q_deviation";

    // Raised by hand when the numbers of the same settings become others.
    private const int Version = 1;

    // Contenders that integrate a velocity field need hundreds of passes for a density, the others one.
    private const double PassesOfAnIntegral = 100;

    private readonly JobScope _scope;
    private readonly TestSetJob _testSet;
    private readonly ReferenceJob _reference;

    /// <summary>A measurement.</summary>
    /// <param name="scope">An experiment with a known likelihood.</param>
    /// <param name="testSet">The test data sets.</param>
    /// <param name="reference">The reference draws.</param>
    /// <param name="train">The training; null for the floor, a second set of exact draws.</param>
    /// <param name="settings">The size.</param>
    /// <param name="chainSteps">Steps of a consistency model's chain (Eq. 10); null for the contender's own density.</param>
    public DensityJob(
        JobScope scope, TestSetJob testSet, ReferenceJob reference, TrainJob? train, DensitySettings settings, int? chainSteps = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(testSet);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(settings);
        _scope = scope;
        _testSet = testSet;
        _reference = reference;
        Train = train;
        Settings = settings;
        ChainSteps = chainSteps;
        string label = (train?.Folder.Label ?? "reference against reference") + (chainSteps is int k ? $", chain of {k} steps" : "");
        Folder = scope.Folder("density", label, new
        {
            Version,
            Training = train?.Folder.Hash ?? "none",
            TestSet = testSet.Folder.Hash,
            Reference = reference.Folder.Hash,
            scope.Experiment.Task,
            scope.Experiment.Test.Draws,
            scope.Experiment.Scores.C2st,
            settings.DataSets,
            settings.Proposals,
            Chain = chainSteps is int steps ? new { Steps = steps, Paths = settings.ChainPaths, settings.Backward } : null,
        });
    }

    /// <summary>The training; null for the floor.</summary>
    public TrainJob? Train { get; }

    /// <summary>The size.</summary>
    public DensitySettings Settings { get; }

    /// <summary>Steps of a consistency model's chain; null for the contender's own density.</summary>
    public int? ChainSteps { get; }

    /// <summary>The contender's name in tables; "reference" for the floor.</summary>
    public string Contender => Train?.Contender ?? Reporting.Measurement.Reference;

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    /// <remarks>A chain's backward conditionals are learned from the simulated observations.</remarks>
    public IReadOnlyList<IJob> Needs => Train is null
        ? [_testSet, _reference]
        : [_testSet, _reference, Train, .. ChainSteps is null ? Array.Empty<IJob>() : [Train.Simulate]];

    /// <inheritdoc/>
    public double Weight =>
        ChainSteps is not null || Train?.Settings.IntegratesDensity is true ? PassesOfAnIntegral : 1;

    /// <inheritdoc/>
    public string Kin => ChainSteps is null ? Contender : $"{Contender}, chain";

    /// <inheritdoc/>
    public Precision Precision => _scope.Precision;

    /// <inheritdoc/>
    public string MemorySettings => "--data-sets, --proposals, sampling.threads or test.draws";

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        Stopwatch clock = Stopwatch.StartNew();
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Dictionary<string, Tensor> reference = Npz.Read(_reference.Folder.FileOf(StageFiles.Reference));
        Tensor exact = reference[StageFiles.DrawsArray].narrow(0, 0, Settings.DataSets);
        Dictionary<string, double[]> results = Train is null
            ? new() { [Plain] = Score(reference[StageFiles.SecondArray].narrow(0, 0, Settings.DataSets), exact, context) }
            : Weigh(Train, exact, context, progress);
        Npz.Write(Folder.WorkFile(ResultFile), results.ToDictionary(p => p.Key, p => tensor(p.Value, dtype: ScalarType.Float64)));
        Folder.Commit(clock.Elapsed);
    }

    private Dictionary<string, double[]> Weigh(TrainJob train, Tensor exact, JobContext context, JobProgress progress)
    {
        Experiment experiment = _scope.Experiment;
        int draws = experiment.Test.Draws;
        RandomKey key = train.Key.Child("density");
        SamplingSettings settings = context.Sampling(experiment.Sampling.RowsPerPass, train.Settings);
        using Simulations test = SimulationFiles.Read(_testSet.Folder.FileOf(StageFiles.Test));
        using Observation x = test.X.Narrow(0, Settings.DataSets);
        using Observation onDevice = x.To(context.Device);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(train, context.Device);
        using ChainMeasurement? chain = ChainSteps is int steps
            ? ChainMeasurement.Prepare(
                (IConsistencyModel)estimator,
                steps,
                train.Simulate,
                Settings,
                key.Child("chain").Child(steps),
                context
            )
            : null;
        using DrawsWithDensity drawn = Draw(chain?.Averaged);
        if (!drawn.Theta.isfinite().all().item<bool>())
        {
            throw new InvalidDataException($"{Folder.Label}: some draws are infinite or not a number.");
        }

        IEvidence task = _scope.Task.Description.Likelihood!;
        ImportanceResult weighed;
        try
        {
            weighed = ImportanceSampling.Weigh(task.LogJoint(drawn.Theta, x), drawn.LogProb);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{Folder.Label}: {e.Message}", e);
        }

        double[] evidence = task.LogEvidence(x).data<double>().ToArray();
        Dictionary<string, double[]> results = new()
        {
            [EffectiveShare] = weighed.EffectiveShare,
            [EvidenceError] = [.. weighed.LogEvidence.Zip(evidence, (found, known) => found - known)],
            [PredictedError] = weighed.LogEvidenceError,
            [Plain] = Score(drawn.Theta.narrow(1, 0, draws).contiguous(), exact, context),
        };
        if (chain is not null)
        {
            using DrawsWithDensity same = Draw(chain.Single);
            results[OnePathShare] = ImportanceSampling.Weigh(task.LogJoint(same.Theta, x), same.LogProb).EffectiveShare;
            results[Spread] = chain.Spread(onDevice, key.Child("spread"));
        }

        if (weighed.EffectiveShare.All(s => s > 0))
        {
            (Tensor resampled, results[Distinct]) = ImportanceSampling.Resample(drawn.Theta, weighed.Weights, draws, key.Child("resample"));
            results[Corrected] = Score(resampled, exact, context);
        }

        return results;

        DrawsWithDensity Draw(IDensityOfDraws? source) => PosteriorSampler.SampleWithDensity(
            estimator, onDevice, draws * Settings.Proposals, key, settings, progress, source, context.Cancel);
    }

    private double[] Score(Tensor draws, Tensor exact, JobContext context)
    {
        C2stSettings settings = _scope.Experiment.Scores.C2st with { Threads = context.Threads };
        return C2st.Score(draws, exact, settings, _scope.Key.Child("score"), null, context.Cancel);
    }
}
