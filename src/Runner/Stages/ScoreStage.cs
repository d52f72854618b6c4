using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Plan;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Stages;

/// <summary>Scores one set of draws against the reference and the true parameters.</summary>
public static class ScoreStage
{
    /// <summary>Names of the arrays that hold one number for each test data set, which are also the metrics' names.</summary>
    public static IReadOnlyList<string> PerDataSet { get; } =
    [
        MetricStyle.C2st, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased, MetricStyle.Rmse, MetricStyle.ScaledError, MetricStyle.ResimulationError,
    ];

    /// <summary>Computes the scores.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    public static void Run(ScoreJob job, StageContext context, IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        ScoreSettings settings = context.Plan.Experiment.Scores;
        Dictionary<string, Tensor>? reference = context.Plan.Reference is ReferenceJob r ? Npz.Read(r.Folder.FileOf(StageFiles.Reference)) : null;
        using Simulations test = SimulationFiles.Read(context.Plan.TestSet.Folder.FileOf(StageFiles.Test));
        Tensor draws = job.Sample is SampleJob sample
            ? Npz.Read(sample.Folder.FileOf(StageFiles.Draws))[StageFiles.DrawsArray]
            : reference![StageFiles.SecondArray];

        Dictionary<string, double[]> scores = [];
        if (!draws.isfinite().all().item<bool>())
        {
            // A reader must see a hole with its reason instead of a number that hides it.
            throw new InvalidDataException($"{job.Folder.Label}: some draws are infinite or not a number.");
        }

        if (reference is not null)
        {
            RandomKey key = context.Plan.Key.Child("score");
            C2stOptions c2st = settings.C2st.ToOptions() with { Threads = context.Threads };
            scores[MetricStyle.C2st] = C2st.Score(draws, reference[StageFiles.DrawsArray], c2st, key, progress, context.Cancel);
            MmdResult[] mmd = MaximumMeanDiscrepancy.PerDataSet(
                draws, reference[StageFiles.DrawsArray], new MmdOptions { MaxDraws = settings.Mmd.MaxDraws }, context.Cancel);
            scores[MetricStyle.Mmd2] = [.. mmd.Select(m => m.Biased)];
            scores[MetricStyle.Mmd2Unbiased] = [.. mmd.Select(m => m.Unbiased)];
        }

        if (job.Sample is SampleJob drawn && context.Plan.Experiment.Test.MarginalDataSets is int count)
        {
            MmdResult[] parts = Marginal(
                Npz.Read(drawn.Folder.FileOf(StageFiles.Marginal))[StageFiles.DrawsArray], test.Theta.narrow(0, 0, count), context);
            scores[MetricStyle.Mmd2] = [.. parts.Select(m => m.Biased)];
            scores[MetricStyle.Mmd2Unbiased] = [.. parts.Select(m => m.Unbiased)];
        }

        Tensor truth = test.Theta.narrow(0, 0, draws.shape[0]);
        scores[MetricStyle.Rmse] = RootMeanSquareError.PerDataSet(draws, truth);
        TaskDescription task = context.Plan.Task.Description;
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
            job.Folder.WorkFile(StageFiles.Scores),
            scores.ToDictionary(p => p.Key, p => tensor(p.Value, dtype: ScalarType.Float64)));
        progress.Report(1);
        job.Folder.Commit(clock.Elapsed);
    }

    // A draw of one picture each against the pictures themselves, part by part.
    private static MmdResult[] Marginal(Tensor single, Tensor truth, StageContext context)
    {
        int parts = context.Plan.Experiment.Test.MarginalParts;
        long size = truth.shape[0] / parts;
        MmdOptions options = new() { MaxDraws = context.Plan.Experiment.Scores.Mmd.MaxDraws };
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
