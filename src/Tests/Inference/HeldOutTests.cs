using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Simulations that a training does not learn from: which they are, and the weights that it ends with.</summary>
public sealed class HeldOutTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(97);

    // 100 simulations, 20 held out: an epoch is two batches of 40 and then a look at the 20.
    private static readonly TrainingSettings s_settings =
        new() { Epochs = 6, BatchSize = 40, LearningRate = 0.1, HeldOut = 0.2, Validations = 0 };

    [TestCase(100, 20, 2)]
    [TestCase(98, 20, 2)] // 19.6
    [TestCase(2, 1, 1)]
    [TestCase(3, 1, 1)] // 0.6
    public void AShareIsHeldOutAndTheRestMakesTheEpoch(long simulations, long heldOut, long steps)
    {
        Assert.That(s_settings.HeldOutOf(simulations), Is.EqualTo(heldOut));
        Assert.That(s_settings.StepsPerEpoch(simulations), Is.EqualTo(steps));
        Assert.That(s_settings.TotalSteps(simulations), Is.EqualTo(6 * steps));
        Assert.That((s_settings with { HeldOut = null }).HeldOutOf(simulations), Is.Zero);
        Assert.That((s_settings with { HeldOut = 0.9 }).HeldOutOf(simulations), Is.LessThan(simulations));
    }

    [Test]
    public void TheSameSimulationsAreHeldOutOfEveryEpochAndAllOthersLearntFrom()
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using WatchedEstimator watched = new();
        using Trainer trainer = new(watched, s_settings, s_key);
        trainer.Run(training);

        Assert.That(watched.Batches, Has.Count.EqualTo(18));
        Assert.That(watched.Steps.Select(s => s.IsTraining), Is.EqualTo(Enumerable.Range(0, 18).Select(i => i % 3 < 2)));
        double[] heldOut = watched.Batches[2];
        Assert.That(heldOut, Has.Length.EqualTo(2 * 20));
        double[] all = [.. training.Theta.Numbers().Order()];
        for (int epoch = 0; epoch < 6; epoch++)
        {
            Assert.That(watched.Batches[3 * epoch + 2], Is.EqualTo(heldOut));
            Assert.That(watched.Batches.Skip(3 * epoch).Take(3).SelectMany(b => b).Order(), Is.EqualTo(all));
        }

        Assert.That(heldOut, Is.Not.EqualTo(training.Theta.Numbers()[..40]), "chosen at random");
    }

    // The loss is the weight, which falls, and a number of the epoch's own: the third epoch's is the least.
    [Test]
    public void ATrainingEndsWithTheWeightsOfTheLeastLoss([Values(null, 0.5)] double? average)
    {
        double[] added = [5, 3, 0, 4, 5, 6];
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using WatchedEstimator watched = new();
        using Trainer trainer = new(watched, s_settings with { AverageDecay = average }, s_key);
        List<double> seen = Watch(watched, call => added[call / 3]);
        trainer.Run(training);

        double[] looks = [.. seen.Where((_, i) => i % 3 == 2)];
        Assert.That(trainer.History.HeldOut.Select(h => h.Epoch), Is.EqualTo(new long[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(trainer.History.HeldOut.Select(h => h.Loss), Is.EqualTo(looks.Zip(added, (w, a) => w + a)).Within(1e-6));
        Assert.That(trainer.History.LeastHeldOut?.Epoch, Is.EqualTo(3));
        Assert.That(watched.Weight, Is.EqualTo(looks[2]));
        Assert.That(looks[5], Is.LessThan(looks[2] - 0.1), "it had gone on from there");
    }

    // The least loss is the second epoch's: with a patience of two the training stops behind the fourth.
    [TestCase(1, 3)]
    [TestCase(2, 4)]
    [TestCase(3, 5)]
    [TestCase(4, 6)]
    [TestCase(9, 6)]
    public void PatienceEndsATrainingBehindItsBest(int patience, int epochs)
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using WatchedEstimator watched = new();
        using Trainer trainer = new(watched, s_settings with { Patience = patience }, s_key);
        List<double> seen = Watch(watched, call => call / 3 == 1 ? 0 : 5);
        trainer.Run(training);

        Assert.That(trainer.Step, Is.EqualTo(2 * epochs));
        Assert.That(trainer.History.HeldOut, Has.Count.EqualTo(epochs));
        Assert.That(watched.Weight, Is.EqualTo(seen[5]));
        Assert.That(watched.Steps.Select(s => s.TotalSteps), Has.All.EqualTo(12), "the schedule stays");
    }

    [Test]
    public void ALossThatIsNotFiniteIsNoneOfTheBestAndWithoutAnyOtherItHasDiverged()
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        Assert.That(Ending(double.NaN, double.PositiveInfinity, 7, 9, double.NaN, 8).LeastHeldOut?.Epoch, Is.EqualTo(3));
        Assert.That(
            () => Ending([.. Enumerable.Repeat(double.NaN, 6)]),
            Throws.TypeOf<DivergedException>().With.Property("Step").EqualTo(11).And.Message.Contains("loss became NaN"));

        LossHistory Ending(params double[] losses)
        {
            using WatchedEstimator watched = new();
            using Trainer trainer = new(watched, s_settings, s_key);
            Watch(watched, call => call % 3 == 2 ? losses[call / 3] : 0);
            trainer.Run(training);
            return trainer.History;
        }
    }

    // 60 simulations for thousands of weights are learnt by heart. The true posterior's loss is its entropy.
    [TestCase("acf")]
    [TestCase("nsf")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ItHelpsAgainstOvertraining(string contender)
    {
        using Simulations training = LinearGaussian.Simulate(60, s_key);
        using Simulations others = LinearGaussian.Simulate(2000, s_key.Child("others"));
        TrainingSettings plain = new() { Epochs = 400, BatchSize = 20, LearningRate = 5e-3, Validations = 0 };
        double last = LossAfter(plain), best = LossAfter(plain with { HeldOut = 0.25 });
        TestContext.Out.WriteLine($"{contender}: {last:0.000} with the last weights, {best:0.000} with the best");
        Assert.That(best, Is.LessThan(last - 0.05));

        double LossAfter(TrainingSettings settings)
        {
            using IPosteriorEstimator estimator = Contenders.Create(contender, dropout: 0);
            using Trainer trainer = new(estimator, settings, s_key);
            trainer.Run(training);
            using IDisposable scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            using RandomSource random = new(s_key.Child("loss"));
            return estimator.Loss(others.Theta, others.X, new TrainingStep(random, 0, 1, IsTraining: false)).item<float>();
        }
    }

    [TestCase("cmpe")]
    [TestCase("ect")]
    public void LossesOfConsistencyModelsCannotBeCompared(string contender)
    {
        using Simulations training = LinearGaussian.Simulate(20, s_key);
        using IPosteriorEstimator plain = Contenders.Create(contender);
        Assert.That(() => new Trainer(plain, s_settings, s_key), Throws.ArgumentException.With.Message.Contains("held out"));
        using IPosteriorEstimator standardised = StandardisedPosterior.Around(
            Contenders.Create(contender), new Standardisation(training.Theta, training.X));
        Assert.That(() => new Trainer(standardised, s_settings, s_key), Throws.ArgumentException.With.Message.Contains("held out"));
    }

    [Test]
    public void OneSimulationIsTooFew()
    {
        using Simulations one = LinearGaussian.Simulate(1, s_key);
        using WatchedEstimator watched = new();
        using Trainer trainer = new(watched, s_settings, s_key);
        Assert.That(() => trainer.Run(one), Throws.ArgumentException.With.Message.Contains("at least two simulations"));
    }

    /// <summary>Adds a number to each loss, by how many came before, and lists the weights that the losses saw.</summary>
    private static List<double> Watch(WatchedEstimator watched, Func<int, double> offset)
    {
        List<double> seen = [];
        watched.Before = () =>
        {
            watched.Offset = offset(seen.Count);
            seen.Add(watched.Weight);
        };
        return seen;
    }
}
