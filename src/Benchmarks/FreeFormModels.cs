using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// The estimators of the two-moons experiment at the paper's size, with random weights and data: times do not depend on them.
/// </summary>
internal static class FreeFormModels
{
    internal const int Dimension = 2, Units = 256, Blocks = 2, BatchSize = 64, Simulations = 8192;
    private static readonly RandomKey s_key = RandomKey.FromSeed(5);

    /// <summary>A new estimator.</summary>
    /// <param name="contender">cmpe, fmpe or npse.</param>
    /// <param name="vectors">Whether the network may use vector code.</param>
    /// <param name="precision">What draws are made in.</param>
    internal static IPosteriorEstimator Create(string contender, bool vectors, DrawingPrecision? precision = null)
    {
        using var random = new RandomSource(s_key);
        using DisposeScope scope = NewDisposeScope();
        var network = new ResidualMlp(
            Dimension,
            Dimension,
            new ResidualMlpSettings { Units = Units, Blocks = Blocks, Dropout = 0.05, L2 = 1e-5, DrawingPrecision = precision },
            random);
        var summary = new DirectSummary(Dimension);
        IPosteriorEstimator estimator = contender switch
        {
            "cmpe" => new ConsistencyPosterior(
                Dimension, summary, network, ones(Dimension), new ConsistencySettings { LargestTime = 10, S0 = 10, S1 = 50 }),
            "npse" => new ScorePosterior(Dimension, summary, network, ones(Dimension), new DiffusionSettings()),
            _ => new FlowMatchingPosterior(Dimension, summary, network, new FlowMatchingSettings()),
        };
        return vectors ? estimator : new LibtorchOnly(estimator);
    }

    /// <summary>Simulations to train on; they belong to the caller.</summary>
    internal static Simulations Data()
    {
        using var random = new RandomSource(s_key);
        return new Simulations(
            random.Normal([Simulations, Dimension]).DetachFromDisposeScope(),
            new Observation(random.Normal([Simulations, Dimension]).DetachFromDisposeScope()));
    }

    /// <summary>A training of a given number of steps.</summary>
    internal static TrainingSettings Training(int epochs) =>
        new() { Epochs = epochs, BatchSize = BatchSize, LearningRate = 5e-4, ClipNorm = 1, Validations = 0 };
}
