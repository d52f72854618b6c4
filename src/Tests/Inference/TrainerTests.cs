using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;

namespace Reproduce.Tests.Inference;

/// <summary>The training loop: batches, learning rate, validation, divergence, memory.</summary>
public sealed class TrainerTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(47);

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheSameSeedGivesTheSameBits(string contender)
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        byte[] first = Train(s_key);
        byte[] second = Train(s_key);
        Assert.That(second, Is.EqualTo(first));
        Assert.That(Train(s_key.Child("other")), Is.Not.EqualTo(first));

        byte[] Train(RandomKey key)
        {
            using IPosteriorEstimator estimator = Contenders.Create(contender);
            using Trainer trainer = new(estimator, Settings with { Epochs = 10 }, key);
            trainer.Run(training);
            return trainer.Parameters.Values.bytes.ToArray();
        }
    }

    [Test]
    public void EveryEpochSeesEverySimulationOnceAndKeepsTheLastSmallerBatch()
    {
        using Simulations training = LinearGaussian.Simulate(70, s_key);
        using WatchedEstimator watched = new();
        using Trainer trainer = new(watched, Settings with { Epochs = 3 }, s_key);
        trainer.Run(training);
        Assert.That(watched.Batches.Select(b => b.Length / 2), Is.EqualTo(new[] { 32, 32, 6, 32, 32, 6, 32, 32, 6 }));
        double[] all = [.. training.Theta.Numbers().Order()];
        for (int epoch = 0; epoch < 3; epoch++)
        {
            Assert.That(watched.Batches.Skip(3 * epoch).Take(3).SelectMany(b => b).Order(), Is.EqualTo(all));
        }

        Assert.That(watched.Batches[0], Is.Not.EqualTo(watched.Batches[3]), "a new order every epoch");
        Assert.That(
            watched.Steps.Select(s => (s.Step, s.TotalSteps, s.EpochsDone)),
            Is.EqualTo(Enumerable.Range(0, 9).Select(i => ((long)i, 9L, (long)(i / 3))))
        );
    }

    [Test]
    public void TheLearningRateFallsAlongHalfACosine()
    {
        // With a constant gradient, no momentum and no memory, Adam's step is the learning rate itself.
        using Simulations training = LinearGaussian.Simulate(32, s_key);
        List<float> weights = [];
        using WatchedEstimator watched = new();
        watched.Before = () => weights.Add(watched.Weight);
        using Trainer trainer = new(
            watched,
            Settings with
            {
                Epochs = 10,
                LearningRate = 0.1,
                Beta1 = 0,
                Beta2 = 0,
                ClipNorm = 0,
                AdamEpsilon = 0,
            },
            s_key
        );
        trainer.Run(training);
        weights.Add(watched.Weight);
        double[] steps = [.. weights.Zip(weights.Skip(1), (a, b) => (double)(a - b))];
        double[] expected = [.. Enumerable.Range(0, 10).Select(k => 0.1 * 0.5 * (1 + Math.Cos(Math.PI * k / 10)))];
        Assert.That(steps, Is.EqualTo(expected).Within(1e-6));
    }

    [TestCase(7, 4)]
    [TestCase(4, 4)]
    [TestCase(1, 2)]
    public void ADivergedTrainingSaysAtWhichStep(int bad, int perEpoch)
    {
        using Simulations training = LinearGaussian.Simulate(32 * perEpoch, s_key);
        using WatchedEstimator watched = new();
        watched.Scale = step => step >= bad ? double.NaN : 1;
        using Trainer trainer = new(watched, Settings with { Epochs = 5 }, s_key);
        DivergedException thrown = Assert.Throws<DivergedException>(() => trainer.Run(training))!;
        Assert.That(thrown.Step, Is.EqualTo(bad));
        Assert.That(thrown.Message, Does.Contain($"became NaN at step {bad} (learning rate"));
    }

    [Test]
    public void AGradientThatIsNotFiniteIsNoticedInTheLastStepToo()
    {
        using Simulations training = LinearGaussian.Simulate(64, s_key);
        using WatchedEstimator watched = new();
        watched.Before = () => watched.SpoilGradient = watched.Steps.Count == 9;
        using Trainer trainer = new(watched, Settings with { Epochs = 5 }, s_key);
        DivergedException thrown = Assert.Throws<DivergedException>(() => trainer.Run(training))!;
        Assert.That(thrown.Step, Is.EqualTo(9));
    }

    [Test]
    public void HugeButFiniteLossesAreNoDivergence()
    {
        using Simulations training = LinearGaussian.Simulate(64, s_key);
        using WatchedEstimator watched = new();
        watched.Offset = 3e38;
        using Trainer trainer = new(watched, Settings with { Epochs = 1 }, s_key);
        trainer.Run(training);
        Assert.That(trainer.History.Training.Single().Loss, Is.EqualTo(3e38).Within(1).Percent);
    }

    [TestCase(4, 4)]
    [TestCase(10, 10)]
    [TestCase(20, 10)]
    [TestCase(0, 0)]
    public void ValidationsAreSpreadOverTheEpochs(int wanted, int expected)
    {
        using Simulations training = LinearGaussian.Simulate(40, s_key);
        using Simulations validation = LinearGaussian.Simulate(10, s_key.Child("validation"));
        using IPosteriorEstimator estimator = Contenders.Create("fmpe");
        using Trainer trainer = new(estimator, Settings with { Epochs = 10, Validations = wanted }, s_key);
        trainer.Run(training, validation);
        Assert.That(trainer.History.Training.Select(h => h.Epoch), Is.EqualTo(Enumerable.Range(1, 10)));
        Assert.That(trainer.History.Validation, Has.Count.EqualTo(expected));
        if (expected > 0)
        {
            Assert.That(trainer.History.Validation[^1].Epoch, Is.EqualTo(10));
        }
    }

    [Test]
    public void ValidationNeedsNoMoreMemoryThanAStepAndWeighsItsBatches()
    {
        using Simulations training = LinearGaussian.Simulate(64, s_key);
        using Simulations validation = LinearGaussian.Simulate(70, s_key.Child("validation"));
        using WatchedEstimator watched = new();
        watched.Scale = _ => 0;
        watched.Before = () => watched.Offset = watched.Batches.Count;
        using Trainer trainer = new(watched, Settings with { Epochs = 1, Validations = 1 }, s_key);
        trainer.Run(training, validation);
        Assert.That(watched.Batches.Select(b => b.Length / 2), Is.EqualTo(new[] { 32, 32, 32, 32, 6 }));
        Assert.That(watched.Batches.Skip(2).SelectMany(b => b), Is.EqualTo(validation.Theta.Numbers()));
        Assert.That(trainer.History.Validation.Single().Loss, Is.EqualTo((32 * 2 + 32 * 3 + 6 * 4) / 70.0).Within(1e-6));
    }

    [Test]
    public void ValidationDoesNotTouchTheTraining()
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using Simulations validation = LinearGaussian.Simulate(50, s_key.Child("validation"));
        Assert.That(Train(validation), Is.EqualTo(Train(null)));

        byte[] Train(Simulations? measured)
        {
            using IPosteriorEstimator estimator = Contenders.Create("cmpe");
            using Trainer trainer = new(estimator, Settings with { Epochs = 10 }, s_key);
            trainer.Run(training, measured);
            return trainer.Parameters.Values.bytes.ToArray();
        }
    }

    [Test]
    public void StepsMayCutTheLastEpochShort()
    {
        TrainingSettings settings = Settings with { Steps = 10 };
        Assert.That(settings.StepsPerEpoch(100), Is.EqualTo(4));
        Assert.That(settings.TotalEpochs(100), Is.EqualTo(3));
        Assert.That(settings.TotalSteps(100), Is.EqualTo(10));
        Assert.That((settings with { Steps = null, Epochs = 3 }).TotalSteps(100), Is.EqualTo(12));

        using Simulations training = LinearGaussian.Simulate(100, s_key);
        List<(long Step, long Total)> seen = [];
        using ObservedEstimator estimator = new(Contenders.Create("cmpe"), step => seen.Add((step.Step, step.TotalSteps)));
        using Trainer trainer = new(estimator, settings, s_key);
        trainer.Run(training, training);
        Assert.Multiple(() =>
        {
            Assert.That(trainer.Step, Is.EqualTo(10));
            Assert.That(seen.Where(s => s.Total != 10), Is.Empty, "schedules end with the training");
            Assert.That(trainer.History.Training.Select(l => l.Epoch), Is.EqualTo(new long[] { 1, 2, 3 }));
            Assert.That(trainer.History.Validation.Select(l => l.Epoch), Is.EqualTo(new long[] { 1, 2, 3 }));
            using TorchSharp.torch.Tensor record = trainer.EpochRecord!.narrow(1, 0, 2).select(0, 0);
            Assert.That(trainer.History.Training[^1].Loss, Is.EqualTo(record.Numbers().Average()).Within(1e-6), "of its two steps");
        });

        Assert.That(() => (settings with { Epochs = 3 }).TotalSteps(100), Throws.InvalidOperationException);
        Assert.That(() => (settings with { Steps = null }).TotalEpochs(100), Throws.InvalidOperationException);
    }

    internal static TrainingSettings Settings { get; } = new() { BatchSize = 32, LearningRate = 1e-3 };
}
