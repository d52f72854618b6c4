using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Inference.Densities;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Stages;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Densities;

/// <summary>Draws with densities from a trained estimator, weighs them by the exact joint density and scores them before and after.</summary>
public static class DensityStage
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

    /// <summary>Makes the measurement.</summary>
    /// <param name="job">What is wanted.</param>
    /// <param name="context">The run.</param>
    /// <param name="progress">Finished share.</param>
    /// <exception cref="InvalidDataException">Draws or densities are not finite.</exception>
    public static void Run(DensityJob job, StageContext context, IProgress<double> progress)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Dictionary<string, Tensor> reference = Npz.Read(context.Plan.Reference!.Folder.FileOf(StageFiles.Reference));
        Tensor exact = reference[StageFiles.DrawsArray].narrow(0, 0, job.Options.DataSets);
        Dictionary<string, double[]> results = job.Train is null
            ? new() { [Plain] = Score(reference[StageFiles.SecondArray].narrow(0, 0, job.Options.DataSets), exact, context) }
            : Weigh(job, exact, context, progress);
        Npz.Write(job.Folder.WorkFile(ResultFile), results.ToDictionary(p => p.Key, p => tensor(p.Value, dtype: ScalarType.Float64)));
        progress?.Report(1);
        job.Folder.Commit(clock.Elapsed);
    }

    private static Dictionary<string, double[]> Weigh(DensityJob job, Tensor exact, StageContext context, IProgress<double> progress)
    {
        Experiment experiment = context.Plan.Experiment;
        int draws = experiment.Test.Draws;
        RandomKey key = EstimatorFactory.KeyOf(job.Train!, context).Child("density");
        SamplingOptions options = context.Sampling;
        using Simulations test = SimulationFiles.Read(context.Plan.TestSet.Folder.FileOf(StageFiles.Test));
        using Observation x = test.X.Narrow(0, job.Options.DataSets);
        using Observation onDevice = x.To(context.Device);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(job.Train!, context);
        using ChainMeasurement? chain = job.ChainSteps is int steps
            ? ChainMeasurement.Prepare((ConsistencyPosterior)estimator, steps, job, key.Child("chain").Child(steps), context)
            : null;
        using DrawsWithDensity drawn = Draw(chain?.Averaged);
        if (!drawn.Theta.isfinite().all().item<bool>())
        {
            throw new InvalidDataException($"{job.Folder.Label}: some draws are infinite or not a number.");
        }

        IEvidence task = context.Plan.Task.Description.Likelihood!;
        ImportanceResult weighed;
        try
        {
            weighed = ImportanceSampling.Weigh(task.LogJoint(drawn.Theta, x), drawn.LogProb);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{job.Folder.Label}: {e.Message}", e);
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
            estimator, onDevice, draws * job.Options.Proposals, key, options, progress, source, context.Cancel);
    }

    private static double[] Score(Tensor draws, Tensor exact, StageContext context)
    {
        C2stOptions options = context.Plan.Experiment.Scores.C2st.ToOptions() with { Threads = context.Threads };
        return C2st.Score(draws, exact, options, context.Plan.Key.Child("score"), null, context.Cancel);
    }
}
