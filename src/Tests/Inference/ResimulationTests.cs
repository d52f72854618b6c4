using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>A training that observes every batch of parameters anew.</summary>
public sealed class ResimulationTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(79);

    [Test]
    public void EveryBatchIsObservedAnewAndTheSameInEveryRun()
    {
        List<double[]> first = Observed(new NoisyCopy()), second = Observed(new NoisyCopy());
        Assert.That(second, Is.EqualTo(first), "the same key, the same observations");
        Assert.That(first, Has.Count.EqualTo(9));
        Assert.That(first.SelectMany(o => o).Distinct().Count(), Is.EqualTo(3 * 70 * 2), "no observation twice in three epochs");
    }

    [Test]
    public void TheLossDrawsTheSameNumbersWithAndWithout()
    {
        using Simulations training = LinearGaussian.Simulate(70, s_key);
        double[] without = Draws(null), with = Draws(new NoisyCopy());
        Assert.That(with, Is.EqualTo(without));

        double[] Draws(ISimulator? simulator)
        {
            List<double> drawn = [];
            using WatchedEstimator watched = new();
            using ObservedEstimator estimator = new(watched, step => drawn.Add(step.Random.NextDouble()));
            using Trainer trainer = new(estimator, TrainerTests.Settings with { Epochs = 2 }, s_key) { Resimulation = simulator };
            trainer.Run(training);
            return [.. drawn];
        }
    }

    [Test]
    public void TheObservationBelongsToItsParameters()
    {
        using Simulations training = LinearGaussian.Simulate(70, s_key);
        using PairRecorder recorder = new();
        using Trainer trainer = new(recorder, TrainerTests.Settings with { Epochs = 1 }, s_key) { Resimulation = new NoisyCopy(0) };
        trainer.Run(training);
        Assert.That(recorder.LargestDifference, Is.Zero);
    }

    private static List<double[]> Observed(ISimulator simulator)
    {
        using Simulations training = LinearGaussian.Simulate(70, s_key);
        using PairRecorder recorder = new();
        using Trainer trainer = new(recorder, TrainerTests.Settings with { Epochs = 3 }, s_key) { Resimulation = simulator };
        trainer.Run(training);
        return recorder.Observations;
    }

    /// <summary>x = theta plus noise.</summary>
    private sealed class NoisyCopy(double deviation = 1) : ISimulator
    {
        public Observation Simulate(Tensor theta, RandomSource random) => new(theta + random.Normal(theta.shape, theta.device) * deviation);
    }

    private sealed class PairRecorder : IPosteriorEstimator
    {
        private readonly WatchedEstimator _inner = new();

        public List<double[]> Observations { get; } = [];

        public double LargestDifference { get; private set; }

        public long Dimension => _inner.Dimension;

        public Network Network => _inner.Network;

        public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
        {
            Observations.Add(x.Sole.Numbers());
            LargestDifference = Math.Max(LargestDifference, (x.Sole - theta).abs().max().item<float>());
            return _inner.Loss(theta, x, step);
        }

        public Tensor Summarise(Observation x) => _inner.Summarise(x);

        public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default) =>
            _inner.Draw(condition, noise, steps, cancel);

        public void Dispose() => _inner.Dispose();
    }
}
