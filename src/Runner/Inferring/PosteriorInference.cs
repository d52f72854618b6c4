using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Runner.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>Infers parameters from observations with a trained contender.</summary>
/// <param name="model">The trained contender.</param>
/// <param name="settings">What is asked for.</param>
/// <param name="context">Where it runs.</param>
public sealed class PosteriorInference(TrainedModel model, InferenceSettings settings, JobContext context)
{
    /// <summary>Sampling steps.</summary>
    public int Steps => settings.Steps ?? model.Settings.Settings.ShownSteps;

    /// <summary>Infers from every observation of some files.</summary>
    /// <param name="files">The files.</param>
    /// <exception cref="ConfigurationException">An observation does not fit to the simulations.</exception>
    public IReadOnlyList<InferredPosterior> Run(IEnumerable<ObservationFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        (ObservationFile File, Observation X)[] given = [.. files.Select(f => (f, f.Fit(model.Example.X)))];
        List<InferredPosterior> found = [];
        RefuseStatistics();
        RandomKey key = model.Key.Child("infer").Child(Steps);
        foreach ((ObservationFile file, Observation x) in given)
        {
            using (x)
            {
                found.AddRange(Infer(file.Name, x, key));
            }
        }

        return found;
    }

    private List<InferredPosterior> Infer(string name, Observation x, RandomKey key)
    {
        IPosteriorEstimator estimator = model.Estimator;
        using DisposeScope scope = NewDisposeScope();
        using Observation there = x.To(context.Device);
        Tensor draws = PosteriorSampler.Sample(
            estimator, there, settings.Draws, Steps, key, model.Sampling(context), progress: null, context.Cancel);
        Tensor summaries = Summaries.Of(estimator, x, context);
        double[] outside = OutOfSimulation.PValues(model.Known, model.Others, summaries);
        IReadOnlyList<LocalTest> local = LocalTest.Of(model, summaries, draws, Steps, settings.LocalC2st, key.Child("local"), context);
        PredictiveCheck check = new(model.Task, settings, context);
        List<InferredPosterior> found = [];
        for (int j = 0; j < x.Count; j++)
        {
            Tensor own = draws[j];
            double[][] columns = Columns(own);
            double[]? density = LogDensity(estimator, own, there.Narrow(j, 1));
            Predicted predicted = check.Run(own, x.Narrow(j, 1), key.Child("predictive").Child(j));
            found.Add(new InferredPosterior
            {
                Name = x.Count == 1 ? name : $"{name}-{j + 1}",
                Draws = columns,
                LogDensity = density,
                Weights = Reweighted.Of(model.Task?.Description, columns, own, density, x.Narrow(j, 1)),
                Parameters = [.. columns.Select(ParameterSummary.Of)],
                OutsidePValue = outside[j],
                Local = local[j],
                OutsidePrior = model.Task?.Description.LogPrior is { } prior
                    ? Enumerable.Range(0, settings.Draws).Average(s => double.IsFinite(prior([.. columns.Select(c => c[s])])) ? 0.0 : 1.0)
                    : null,
                Predictive = predicted.Statistics,
                Series = predicted.Series,
                PredictiveNote = predicted.Note,
            });
        }

        return found;
    }

    private void RefuseStatistics()
    {
        if (Problem(settings.Statistics, model.Example.X.Parts) is string problem)
        {
            throw new ConfigurationException($"--statistics: {problem}.");
        }
    }

    /// <summary>What is wrong with the first statistic that an observation cannot have; null without one.</summary>
    /// <param name="statistics">The statistics.</param>
    /// <param name="parts">An observation's arrays, a batch of one.</param>
    internal static string? Problem(IEnumerable<ChosenStatistic> statistics, IReadOnlyDictionary<string, Tensor> parts)
    {
        Dictionary<string, int> lengths = parts.ToDictionary(p => p.Key, p => (int)p.Value.numel());

        // The size of a set stands beside it for itself: what is asked of every array is not asked of it.
        Dictionary<string, int> arrays = lengths.Where(l => !VaryingSet.IsLength(parts, l.Key)).ToDictionary();
        return statistics.Select(s => s.Problem(s.Array is null ? arrays : lengths)).FirstOrDefault(p => p is not null);
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
