using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Inferring;

/// <summary>All that inference needs of a training, wherever it comes from: the cache of an experiment or a file of its own.</summary>
public sealed record TrainedModel : IDisposable
{
    // The test of an observation compares it with so many simulations; more would not be told apart.
    private const int MostTraining = 10_000, MostOthers = 1000;

    /// <summary>What it is.</summary>
    public required ModelSettings Settings { get; init; }

    /// <summary>How it is shown.</summary>
    public required ContenderStyle Style { get; init; }

    /// <summary>The estimator with its weights.</summary>
    public required IPosteriorEstimator Estimator { get; init; }

    /// <summary>A simulation, for its names and shapes.</summary>
    public required Simulations Example { get; init; }

    /// <summary>Summaries of simulations that were learned from, [N, S], on the CPU.</summary>
    public required Tensor Known { get; init; }

    /// <summary>Summaries of simulations that were not, [V, S], on the CPU.</summary>
    public required Tensor Others { get; init; }

    /// <summary>Simulations that were not learned from, for the local C2ST; null where there are none at hand.</summary>
    public Simulations? Held { get; init; }

    /// <summary>The inference problem with its simulator; null where there is none at hand.</summary>
    public ITask? Task { get; init; }

    /// <summary>Ends the way in which a GPU computes while the model is there; null when nothing was said of it.</summary>
    public IDisposable? Precision { get; init; }

    /// <summary>Where the random numbers of draws begin.</summary>
    public RandomKey Key => new(Convert.ToUInt64(Settings.Key, 16));

    /// <summary>How draws are batched.</summary>
    /// <param name="context">Where they are made.</param>
    public SamplingSettings Sampling(JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Sampling(Settings.RowsPerPass, Settings.Settings);
    }

    /// <summary>A finished training of an experiment.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="training">The training.</param>
    /// <param name="context">Where it runs.</param>
    /// <exception cref="InvalidDataException">A file of the cache is damaged.</exception>
    public static TrainedModel Of(JobScope scope, TrainJob training, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(context);
        IDisposable precision = Tf32.Allow(training.Precision == Compute.Precision.Tf32);
        IPosteriorEstimator estimator = EstimatorFactory.Load(training, context.Device);
        using Simulations simulated = EstimatorFactory.TrainingSet(training);
        using Tensor known = Summaries.Of(estimator, simulated.Take(Math.Min(simulated.Count, MostTraining)).X, context);
        Tensor others = OtherSummaries(estimator, training, context, known, out long kept);
        JobOrigin? origin = training.Folder.Origin;
        using Simulations first = simulated.Take(1);
        return new TrainedModel
        {
            Settings = new ModelSettings
            {
                Version = ModelFile.Version,
                Experiment = scope.Experiment.Name,
                Title = scope.Experiment.Title,
                Contender = training.Contender,
                Settings = training.Settings,
                Summary = training.Summary,
                Budget = training.Budget,
                Parameters = [.. scope.Task.ParameterNames],
                Labels = [.. scope.Task.Description.ParameterLabels],
                Key = FormattableString.Invariant($"{training.Key.Value:x16}"),
                RowsPerPass = scope.Experiment.Sampling.RowsPerPass,
                Origin = origin is null ? "unknown" : $"{origin.Source}, {origin.Finished}, {origin.Machine}, {origin.Versions}",
            },
            Style = ReportStyles.Of(scope.Experiment).Of(training.Contender),
            Estimator = estimator,
            Example = SimulationFiles.Copy(first),
            Known = known.narrow(0, 0, kept).clone(),
            Others = others,
            Held = LocalTesting.Held(training),
            Task = scope.Task,
            Precision = precision,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Estimator.Dispose();
        Example.Dispose();
        Known.Dispose();
        Others.Dispose();
        Held?.Dispose();
        Precision?.Dispose();
    }

    // Simulations that were not learned from; where there are none, the last tenth of those that were, which is then left out of the rest.
    private static Tensor OtherSummaries(
        IPosteriorEstimator estimator, TrainJob training, JobContext context, Tensor known, out long kept)
    {
        kept = known.shape[0];
        if (training.Simulate.Validation > 0)
        {
            using Simulations validation = SimulationFiles.Read(training.Simulate.Folder.FileOf(StageFiles.Validation));
            using Simulations some = validation.Take(Math.Min(validation.Count, MostOthers));
            return Summaries.Of(estimator, some.X, context);
        }

        long others = Math.Max(1, kept / 10);
        kept -= others;
        return known.narrow(0, kept, others).clone();
    }
}
