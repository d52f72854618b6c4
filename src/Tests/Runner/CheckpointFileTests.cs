using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Inference;
using Reproduce.Tests.Inference.Support;

namespace Reproduce.Tests.Runner;

/// <summary>A training that goes on from a file ends with the bits of one that was never stopped, averaged weights among them.</summary>
public sealed class CheckpointFileTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(89);
    private string _path = "";

    [SetUp]
    public void SetUp() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"checkpoint-{Guid.NewGuid():N}.npz");

    [TearDown]
    public void TearDown() => File.Delete(_path);

    [Test]
    public void ATrainingGoesOnFromItBitForBit([Values(null, 0.9)] double? average, [Values(1, 8, 11)] int stop)
    {
        TrainingSettings settings = TrainerTests.Settings with { Epochs = 3, Validations = 3, AverageDecay = average };
        GoesOn("cmpe", settings, stop);
    }

    // Of 100 simulations 80 are learnt from, three steps an epoch. At this rate the third epoch's loss is not the least.
    [Test]
    public void SoDoesOneThatHoldsSimulationsOut([Values(null, 0.9)] double? average, [Values(1, 6, 8, 11)] int stop)
    {
        TrainingSettings settings = new()
        {
            Epochs = 4,
            BatchSize = 32,
            LearningRate = 0.3,
            Validations = 1,
            AverageDecay = average,
            HeldOut = 0.2,
        };
        Assert.That(GoesOn("fmpe", settings, stop).LeastHeldOut?.Epoch, Is.LessThan(4));
    }

    [Test]
    public void OneWithoutAnAverageOrBestWeightsIsNotForATrainingWithThemNorTheOtherWayRound([Values] bool heldOut, [Values] bool has)
    {
        TrainingSettings plain = TrainerTests.Settings with { Epochs = 3 };
        TrainingSettings with = heldOut ? plain with { HeldOut = 0.1 } : plain with { AverageDecay = 0.9 };
        TrainingSettings settings = has ? with : plain, different = has ? plain : with;
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using IPosteriorEstimator one = Contenders.Create("fmpe"), other = Contenders.Create("fmpe");
        using Trainer written = new(one, settings, s_key) { CheckpointInterval = TimeSpan.Zero };
        written.Run(training, checkpoint: t => WriteAt(t, 6));

        using Trainer fresh = new(other, different, s_key);
        (_, string? problem) = CheckpointFile.TryRestore(_path, fresh, TrainingLength.Of(different, training.Count));
        Assert.That(problem, Does.Contain("checkpoint"));
        Assert.That(fresh.Step, Is.Zero);
    }

    /// <summary>A name that leads to itself, as with a passing error: it is there, and beginning anew would write over it.</summary>
    [Test]
    [Platform(Exclude = "Win", Reason = "symbolic links")]
    public void OneThatCannotBeReadNowIsNotBegunAnew()
    {
        File.CreateSymbolicLink(_path, _path);
        using IPosteriorEstimator estimator = Contenders.Create("cmpe");
        TrainingSettings settings = TrainerTests.Settings with { Epochs = 3 };
        using Trainer trainer = new(estimator, settings, s_key);
        TrainingLength length = TrainingLength.Of(settings, 100);

        Assert.That(() => CheckpointFile.TryRestore(_path, trainer, length), Throws.InstanceOf<IOException>());
    }

    /// <summary>Trains to the end, then once more from the checkpoint of a step, and compares both; gives their losses.</summary>
    private LossHistory GoesOn(string contender, TrainingSettings settings, int stop)
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using IPosteriorEstimator one = Contenders.Create(contender), other = Contenders.Create(contender, perturbed: true);
        using Trainer whole = new(one, settings, s_key) { CheckpointInterval = TimeSpan.Zero };
        whole.Run(training, training, checkpoint: t => WriteAt(t, stop));

        using Trainer resumed = new(other, settings, s_key);
        Assert.That(CheckpointFile.TryRestore(_path, resumed, TrainingLength.Of(settings, training.Count)).Problem, Is.Null);
        Assert.That(resumed.Step, Is.EqualTo(stop));
        resumed.Run(training, training);

        Assert.That(resumed.Parameters.Values.bytes.ToArray(), Is.EqualTo(whole.Parameters.Values.bytes.ToArray()));
        Assert.That(resumed.Average?.Values.bytes.ToArray(), Is.EqualTo(whole.Average?.Values.bytes.ToArray()));
        Assert.That(resumed.History.HeldOut, Is.EqualTo(whole.History.HeldOut));
        Assert.That(resumed.History.Validation, Is.EqualTo(whole.History.Validation));
        return whole.History;
    }

    private void WriteAt(Trainer trainer, int step)
    {
        if (trainer.Step == step)
        {
            CheckpointFile.Write(_path, trainer, TimeSpan.FromSeconds(1));
        }
    }
}
