using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Training;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The moving average of weights, by its formula in double precision, and what a training does with it.</summary>
public sealed class AveragedWeightsTests
{
    private const double Decay = 0.95;
    private static readonly RandomKey s_key = RandomKey.FromSeed(83);

    [Test]
    [Category("VectorCode")]
    public void EveryUpdateIsTheFormula([Values] bool vectors)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using LinearNetwork network = new(0.5f, -2, 3);
        using FlatParameters flat = new(network);
        using AveragedWeights average = new(flat, Decay, onMemory: vectors);
        using RandomSource random = new(s_key);
        double[] expected = flat.Values.Numbers();
        for (int step = 0; step < 300; step++)
        {
            flat.Values.copy_(random.Normal(flat.Values.shape));
            average.Update(step);
            // (1 + k) / (10 + k) passes 0.95 at k = 170: both parts of the minimum are met.
            double kept = Math.Min(Decay, (1.0 + step) / (10 + step));
            expected = [.. expected.Zip(flat.Values.Numbers(), (a, w) => kept * a + (1 - kept) * w)];
        }

        Assert.That(average.Values.Numbers(), Is.EqualTo(expected).Within(1e-6));
    }

    [Test]
    public void ExchangingTwiceChangesNothing()
    {
        using IDisposable noGrad = no_grad();
        using LinearNetwork network = new(0.5f, -2, 3);
        using FlatParameters flat = new(network);
        using AveragedWeights average = new(flat, Decay);
        flat.Values.zero_().Dispose();
        double[] kept = average.Values.Numbers();
        average.Exchange();
        Assert.That(flat.Values.Numbers(), Is.EqualTo(kept));
        Assert.That(average.Values.Numbers(), Has.All.Zero);
        average.Exchange();
        Assert.That(flat.Values.Numbers(), Has.All.Zero);
        Assert.That(average.Values.Numbers(), Is.EqualTo(kept));
    }

    // The loss is the weight itself: a validation tells which weight it saw.
    [Test]
    public void ATrainingEndsWithTheAverageAndValidatesIt()
    {
        using Simulations training = LinearGaussian.Simulate(64, s_key);
        using WatchedEstimator watched = new();
        using Trainer trainer = new(
            watched, TrainerTests.Settings with { Epochs = 6, Validations = 6, LearningRate = 0.1, AverageDecay = Decay }, s_key);
        List<float> seen = [];
        watched.Before = () => seen.Add(watched.Weight);
        trainer.Run(training, training);

        // A step, a step, two batches of a validation, a step ...
        float[] before = [.. seen.Chunk(4).SelectMany(c => c[..2])], last = trainer.Average!.Values.data<float>().ToArray()[..1];
        double average = 1;
        List<double> averages = [];
        foreach ((float weight, int step) in before.Skip(1).Concat(last).Select((w, i) => (w, i)))
        {
            double kept = Math.Min(Decay, (1.0 + step) / (10 + step));
            average = kept * average + (1 - kept) * weight;
            averages.Add(average);
        }

        Assert.That(watched.Weight, Is.EqualTo(averages[^1]).Within(1e-6));
        Assert.That(watched.Weight, Is.Not.EqualTo(last[0]).Within(1e-3));
        Assert.That(trainer.History.Validation.Select(v => v.Loss), Is.EqualTo(averages.Where((_, i) => i % 2 == 1)).Within(1e-6));
    }

    [Test]
    public void AnAverageLeavesTheCourseOfATrainingAlone([Values("cmpe", "nsf")] string contender)
    {
        using Simulations training = LinearGaussian.Simulate(100, s_key);
        using IPosteriorEstimator first = Contenders.Create(contender), second = Contenders.Create(contender);
        TrainingSettings settings = TrainerTests.Settings with { Epochs = 3 };
        using Trainer plain = new(first, settings, s_key), averaged = new(second, settings with { AverageDecay = Decay }, s_key);
        plain.Run(training);
        averaged.Run(training);
        Assert.That(averaged.Average!.Values.bytes.ToArray(), Is.EqualTo(plain.Parameters.Values.bytes.ToArray()));
        Assert.That(averaged.History.Training, Is.EqualTo(plain.History.Training));
        Assert.That(averaged.Parameters.Values.bytes.ToArray(), Is.Not.EqualTo(plain.Parameters.Values.bytes.ToArray()));
    }
}
