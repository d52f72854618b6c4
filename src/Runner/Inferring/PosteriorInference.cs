using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Runner.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>Infers parameters from observations with a trained contender.</summary>
/// <param name="plan">The experiment.</param>
/// <param name="training">The finished training.</param>
/// <param name="settings">What is asked for.</param>
/// <param name="context">Where it runs.</param>
public sealed class PosteriorInference(RunPlan plan, TrainJob training, InferenceSettings settings, JobContext context)
{
    // The test of an observation compares it with so many simulations; more would not be told apart.
    private const int MostTraining = 10_000, MostOthers = 1000, RowsAtOnce = 500;

    /// <summary>Sampling steps.</summary>
    public int Steps => settings.Steps ?? training.Settings.ShownSteps;

    /// <summary>Infers from every observation of some files.</summary>
    /// <param name="files">The files.</param>
    /// <exception cref="ConfigurationException">An observation does not fit to the simulations.</exception>
    public IReadOnlyList<InferredPosterior> Run(IEnumerable<ObservationFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using IPosteriorEstimator estimator = EstimatorFactory.Load(training, context.Device);
        using Simulations simulated = EstimatorFactory.TrainingSet(training);
        using Simulations example = simulated.Take(1);
        (ObservationFile File, Observation X)[] given = [.. files.Select(f => (f, f.Fit(example.X)))];
        using Tensor known = Summarise(estimator, simulated.Take(Math.Min(simulated.Count, MostTraining)).X);
        using Tensor others = OtherSummaries(estimator, known, out long kept);
        using Tensor compared = known.narrow(0, 0, kept);
        List<InferredPosterior> found = [];
        RandomKey key = training.Key.Child("infer").Child(Steps);
        foreach ((ObservationFile file, Observation x) in given)
        {
            using (x)
            {
                found.AddRange(Infer(estimator, file.Name, x, compared, others, key));
            }
        }

        return found;
    }

    private List<InferredPosterior> Infer(
        IPosteriorEstimator estimator, string name, Observation x, Tensor known, Tensor others, RandomKey key)
    {
        using DisposeScope scope = NewDisposeScope();
        using Observation there = x.To(context.Device);
        Tensor draws = PosteriorSampler.Sample(
            estimator, there, settings.Draws, Steps, key, context.Sampling(plan.Experiment), progress: null, context.Cancel);
        double[] outside = OutOfSimulation.PValues(known, others, Summarise(estimator, x));
        PredictiveCheck check = new(plan.Task, settings.Predictive, context);
        List<InferredPosterior> found = [];
        for (int j = 0; j < x.Count; j++)
        {
            Tensor own = draws[j];
            double[][] columns = Columns(own);
            Predicted predicted = check.Run(own, x.Narrow(j, 1), key.Child("predictive").Child(j));
            found.Add(new InferredPosterior
            {
                Name = x.Count == 1 ? name : $"{name}-{j + 1}",
                Draws = columns,
                LogDensity = LogDensity(estimator, own, there.Narrow(j, 1)),
                Parameters = [.. columns.Select(ParameterSummary.Of)],
                OutsidePValue = outside[j],
                OutsidePrior = plan.Task.Description.LogPrior is { } prior
                    ? Enumerable.Range(0, settings.Draws).Average(s => double.IsFinite(prior([.. columns.Select(c => c[s])])) ? 0.0 : 1.0)
                    : null,
                Predictive = predicted.Statistics,
                Series = predicted.Series,
                PredictiveNote = predicted.Note,
            });
        }

        return found;
    }

    // Simulations that were not learned from; where there are none, the last tenth of those that were, which is then left out of the rest.
    private Tensor OtherSummaries(IPosteriorEstimator estimator, Tensor known, out long kept)
    {
        kept = known.shape[0];
        if (training.Simulate.Validation > 0)
        {
            using Simulations validation = SimulationFiles.Read(training.Simulate.Folder.FileOf(StageFiles.Validation));
            using Simulations some = validation.Take(Math.Min(validation.Count, MostOthers));
            return Summarise(estimator, some.X);
        }

        long others = Math.Max(1, kept / 10);
        kept -= others;
        return known.narrow(0, kept, others).clone();
    }

    private Tensor Summarise(IPosteriorEstimator estimator, Observation x)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> parts = [];
        for (long first = 0; first < x.Count; first += RowsAtOnce)
        {
            context.Cancel.ThrowIfCancellationRequested();
            using Observation rows = x.Narrow(first, Math.Min(RowsAtOnce, x.Count - first)).To(context.Device);
            parts.Add(estimator.Summarise(rows).cpu());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private double[]? LogDensity(IPosteriorEstimator estimator, Tensor draws, Observation x)
    {
        if (estimator is not ITractableDensity density)
        {
            return null;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor condition = estimator.Summarise(x).expand(draws.shape[0], -1);
        return density.LogProb(draws.to(context.Device), condition).to(ScalarType.Float64).cpu().data<double>().ToArray();
    }

    private static double[][] Columns(Tensor draws)
    {
        using Tensor columns = draws.to(ScalarType.Float64).t().contiguous();
        double[] all = columns.data<double>().ToArray();
        return [.. all.Chunk((int)draws.shape[0])];
    }
}
