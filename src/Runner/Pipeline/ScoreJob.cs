using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>The scores of one set of draws against the reference and the true parameters.</summary>
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
    public ScoreJob(JobScope scope, TestSetJob testSet, ReferenceJob? reference, SampleJob? sample)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(testSet);
        _scope = scope;
        _testSet = testSet;
        _reference = reference;
        Sample = sample;
        Folder = scope.Folder("score", sample?.Folder.Label ?? "reference against reference", new
        {
            Version,
            Draws = sample?.Folder.Hash ?? "reference",
            Reference = reference?.Folder.Hash ?? "none",
            TestSet = testSet.Folder.Hash,
            scope.Experiment.Scores,
            Parts = scope.Experiment.Test.MarginalDataSets is null ? (int?)null : scope.Experiment.Test.MarginalParts,
        });
    }

    /// <summary>Names of the arrays that hold one number for each test data set, which are also the metrics' names.</summary>
    public static IReadOnlyList<string> PerDataSet { get; } =
    [
        MetricStyle.C2st, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased, MetricStyle.Rmse, MetricStyle.ScaledError, MetricStyle.ResimulationError,
    ];

    /// <summary>The draws; null for the floor.</summary>
    public SampleJob? Sample { get; }

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
        ScoreSettings settings = _scope.Experiment.Scores;
        Dictionary<string, Tensor>? reference = _reference is null
            ? null
            : Npz.Read(_reference.Folder.FileOf(StageFiles.Reference));
        using Simulations test = SimulationFiles.Read(_testSet.Folder.FileOf(StageFiles.Test));
        Tensor draws = Sample is SampleJob sample
            ? Npz.Read(sample.Folder.FileOf(StageFiles.Draws))[StageFiles.DrawsArray]
            : reference![StageFiles.SecondArray];

        Dictionary<string, double[]> scores = [];
        if (!draws.isfinite().all().item<bool>())
        {
            // A reader must see a hole with its reason instead of a number that hides it.
            throw new InvalidDataException($"{Folder.Label}: some draws are infinite or not a number.");
        }

        if (reference is not null)
        {
            RandomKey key = _scope.Key.Child("score");
            C2stOptions c2st = settings.C2st.ToOptions() with { Threads = context.Threads };
            scores[MetricStyle.C2st] = C2st.Score(draws, reference[StageFiles.DrawsArray], c2st, key, progress, context.Cancel);
            MmdResult[] mmd = MaximumMeanDiscrepancy.PerDataSet(
                draws, reference[StageFiles.DrawsArray], new MmdOptions { MaxDraws = settings.Mmd.MaxDraws }, context.Cancel);
            scores[MetricStyle.Mmd2] = [.. mmd.Select(m => m.Biased)];
            scores[MetricStyle.Mmd2Unbiased] = [.. mmd.Select(m => m.Unbiased)];
        }

        if (Sample is SampleJob drawn && _scope.Experiment.Test.MarginalDataSets is int count)
        {
            MmdResult[] parts = Marginal(
                Npz.Read(drawn.Folder.FileOf(StageFiles.Marginal))[StageFiles.DrawsArray], test.Theta.narrow(0, 0, count), context);
            scores[MetricStyle.Mmd2] = [.. parts.Select(m => m.Biased)];
            scores[MetricStyle.Mmd2Unbiased] = [.. parts.Select(m => m.Unbiased)];
        }

        Tensor truth = test.Theta.narrow(0, 0, draws.shape[0]);
        scores[MetricStyle.Rmse] = RootMeanSquareError.PerDataSet(draws, truth);
        TaskDescription task = _scope.Task.Description;
        if (task.ErrorScale is double scale)
        {
            scores[MetricStyle.ScaledError] = [.. MeanAbsoluteError.PerDataSet(draws, truth).Select(e => e / scale)];
        }

        if (task.Resimulation is IResimulation resimulation)
        {
            // The median over draws: one draw far away says little about a posterior whose tails are long.
            scores[MetricStyle.ResimulationError] = Doubles(
                resimulation.ResimulationError(draws, test.X).sort(1).Values.select(1, draws.shape[1] / 2).contiguous());
        }

        if (task.Images is null)
        {
            AddCalibration(scores, draws, truth);
        }

        Npz.Write(
            Folder.WorkFile(StageFiles.Scores),
            scores.ToDictionary(p => p.Key, p => tensor(p.Value, dtype: ScalarType.Float64)));
        Folder.Commit(clock.Elapsed);
    }

    // A draw of one picture each against the pictures themselves, part by part.
    private MmdResult[] Marginal(Tensor single, Tensor truth, JobContext context)
    {
        int parts = _scope.Experiment.Test.MarginalParts;
        long size = truth.shape[0] / parts;
        MmdOptions options = new() { MaxDraws = _scope.Experiment.Scores.Mmd.MaxDraws };
        return
        [
            .. Enumerable.Range(0, parts).Select(p => MaximumMeanDiscrepancy.Pair(
                single.select(1, 0).narrow(0, p * size, size), truth.narrow(0, p * size, size), options, context.Cancel)),
        ];
    }

    // Of every parameter by itself: too many numbers to read when the parameters are pixels.
    private static void AddCalibration(Dictionary<string, double[]> scores, Tensor draws, Tensor truth)
    {
        scores["ece"] = Calibration.ExpectedCalibrationError(draws, truth).PerParameter;
        double[][] ranks = Calibration.Ranks(draws, truth);
        Recovery[] recovery = Calibration.Recover(draws, truth);
        for (int d = 0; d < ranks.Length; d++)
        {
            scores[$"rank_{d}"] = ranks[d];
            scores[$"truth_{d}"] = recovery[d].Truth;
            scores[$"median_{d}"] = recovery[d].Median;
            scores[$"low_{d}"] = recovery[d].Low;
            scores[$"high_{d}"] = recovery[d].High;
        }
    }

    private static double[] Doubles(Tensor values) => values.to(ScalarType.Float64).data<double>().ToArray();
}
