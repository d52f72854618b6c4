using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>A training that was interrupted anywhere ends with the bits of one that was not; training keeps no memory.</summary>
public sealed class TrainingResumeTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(53);

    // 100 simulations in batches of 32 are 4 steps an epoch: inside an epoch, at its end, behind the first step, before the last.
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AnInterruptedTrainingGoesOnBitForBit(
        [ValueSource(typeof(Contenders), nameof(Contenders.Names))] string contender, [Values(1, 6, 8, 39)] int stop)
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using Simulations validation = LinearGaussian.Simulate(20, s_key.Child("validation"));
        TrainingSettings settings = TrainerTests.Settings with { Epochs = 10, Validations = 5, AverageDecay = 0.9 };

        using IPosteriorEstimator whole = Contenders.Create(contender);
        using Trainer uninterrupted = new(whole, settings, s_key);
        uninterrupted.Run(training, validation);

        Checkpoint saved = Interrupt(contender, settings, training, validation, stop);
        using IPosteriorEstimator estimator = Contenders.Create(contender, perturbed: true);
        using Trainer resumed = new(estimator, settings, s_key);
        saved.RestoreInto(resumed);
        resumed.Run(training, validation);

        Assert.That(saved.Step, Is.EqualTo(stop));
        Assert.That(resumed.Parameters.Values.bytes.ToArray(), Is.EqualTo(uninterrupted.Parameters.Values.bytes.ToArray()));
        Assert.That(resumed.Average!.Values.bytes.ToArray(), Is.EqualTo(uninterrupted.Average!.Values.bytes.ToArray()));
        Assert.That(resumed.History.Training, Is.EqualTo(uninterrupted.History.Training));
        Assert.That(resumed.History.Validation, Is.EqualTo(uninterrupted.History.Validation));
    }

    [Test]
    public void ACutLastEpochResumesToo()
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        TrainingSettings settings = TrainerTests.Settings with { Steps = 11 };
        using IPosteriorEstimator whole = Contenders.Create("cmpe");
        using Trainer uninterrupted = new(whole, settings, s_key);
        uninterrupted.Run(training);

        Checkpoint saved = Interrupt("cmpe", settings, training, training, stop: 10);
        using IPosteriorEstimator estimator = Contenders.Create("cmpe", perturbed: true);
        using Trainer resumed = new(estimator, settings, s_key);
        saved.RestoreInto(resumed);
        resumed.Run(training);

        Assert.That(resumed.Parameters.Values.bytes.ToArray(), Is.EqualTo(uninterrupted.Parameters.Values.bytes.ToArray()));
        Assert.That(resumed.History.Training, Is.EqualTo(uninterrupted.History.Training));
    }

    [Test]
    public void CheckpointsAreWrittenInTheAskedInterval()
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using IPosteriorEstimator estimator = Contenders.Create("fmpe");
        using Trainer trainer = new(estimator, TrainerTests.Settings with { Epochs = 3 }, s_key) { CheckpointInterval = TimeSpan.Zero };
        List<long> steps = [];
        trainer.Run(training, checkpoint: t => steps.Add(t.Step));
        Assert.That(steps, Is.EqualTo(Enumerable.Range(1, 11)), "behind every step but the last, where the training is done");
    }

    [Test]
    public void CancellingInTheLastStepChangesNothing()
    {
        using Simulations training = LinearGaussian.Simulate(64, s_key);
        using CancellationTokenSource source = new();
        using ObservedEstimator estimator = new(Contenders.Create("fmpe"), step => CancelAt(step, 9));
        using Trainer trainer = new(estimator, TrainerTests.Settings with { Epochs = 5 }, s_key);
        Assert.That(() => trainer.Run(training, cancel: source.Token), Throws.Nothing);
        Assert.That(trainer.Step, Is.EqualTo(10));

        void CancelAt(TrainingStep step, long at)
        {
            if (step.Step == at)
            {
                source.Cancel();
            }
        }
    }

    // A flow's step makes as many tensors as five of the others' and takes as long.
    [TestCase("acf", 600)]
    [TestCase("nsf", 400)]
    [TestCase("fmpe", 3000)]
    [TestCase("cmpe", 3000)]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ManyStepsLeaveNoTensorBehind(string contender, int steps)
    {
        using Simulations training = LinearGaussian.Simulate(20, s_key);
        using Simulations validation = LinearGaussian.Simulate(8, s_key.Child("validation"));
        Dictionary<long, long> live = [];
        using ObservedEstimator estimator = new(Contenders.Create(contender), step => live.TryAdd(step.Step, Tensor.TotalCount));
        using Trainer trainer = new(estimator, TrainerTests.Settings with { Steps = steps, BatchSize = 10, Validations = 100 }, s_key);

        LiveTensors.Settled();
        trainer.Run(training, validation);
        Assert.That(live[steps - 1], Is.EqualTo(live[101]));
        Assert.That(live[steps / 2], Is.EqualTo(live[100]));
    }

    private static Checkpoint Interrupt(
        string contender, TrainingSettings settings, Simulations training, Simulations validation, int stop)
    {
        using CancellationTokenSource source = new();
        using ObservedEstimator estimator = new(
            Contenders.Create(contender),
            step =>
            {
                if (step.IsTraining && step.Step == stop - 1)
                {
                    source.Cancel();
                }
            });
        using Trainer trainer = new(estimator, settings, s_key);
        Checkpoint? saved = null;
        Assert.That(
            () => trainer.Run(training, validation, checkpoint: t => saved = Checkpoint.Of(t), cancel: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
        return saved!;
    }

    /// <summary>What a checkpoint file holds, as plain arrays.</summary>
    private sealed record Checkpoint(
        float[] Values,
        float[]? Average,
        float[] First,
        float[] Second,
        long Step,
        (long, double)[] Training,
        (long, double)[] Validation,
        float[] Record)
    {
        public static Checkpoint Of(Trainer trainer) => new(
            Copy(trainer.Parameters.Values),
            trainer.Average is { } average ? Copy(average.Values) : null,
            Copy(trainer.Optimiser.FirstMoment),
            Copy(trainer.Optimiser.SecondMoment),
            trainer.Step,
            [.. trainer.History.Training],
            [.. trainer.History.Validation],
            Copy(trainer.EpochRecord!));

        public void RestoreInto(Trainer trainer)
        {
            using IDisposable noGrad = no_grad();
            using IDisposable scope = NewDisposeScope();
            trainer.Parameters.Values.copy_(tensor(Values));
            trainer.Average?.Values.copy_(tensor(Average!));
            trainer.Optimiser.FirstMoment.copy_(tensor(First));
            trainer.Optimiser.SecondMoment.copy_(tensor(Second));
            LossHistory history = new();
            Array.ForEach(Training, e => history.AddTraining(e.Item1, e.Item2));
            Array.ForEach(Validation, e => history.AddValidation(e.Item1, e.Item2));
            trainer.Resume(Step, history, tensor(Record, [2, Record.Length / 2]));
        }

        private static float[] Copy(Tensor values) => values.data<float>().ToArray();
    }
}
