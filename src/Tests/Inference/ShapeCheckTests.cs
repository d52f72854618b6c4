using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>What does not fit is named in one sentence, before any native code sees it.</summary>
[TestFixtureSource(typeof(Contenders), nameof(Contenders.Names))]
public sealed class ShapeCheckTests(string name)
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(73);

    [Test]
    public void LossNamesParametersOfAnotherSize()
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name);
        using RandomSource random = new(s_key);
        TrainingStep step = new(random, 0, 10);
        Assert.That(
            () => estimator.Loss(zeros([64, 3]), new Observation(zeros([64, 2])), step),
            Throws.ArgumentException.With.Message.StartsWith("theta: expected [B, 2], got [64, 3]"));
        Assert.That(
            () => estimator.Loss(zeros([64, 2]), new Observation(zeros([32, 2])), step),
            Throws.ArgumentException.With.Message.StartsWith("x: expected 64 observations as in theta, got 32"));
        Assert.That(
            () => estimator.Loss(zeros([64, 2]), new Observation(zeros([64, 3])), step),
            Throws.ArgumentException.With.Message.StartsWith("x: expected [B, 2], got [64, 3]"));
    }

    [Test]
    public void DrawAndDensityNameConditionsOfAnotherSize()
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name);
        using BlockNoise noise = new([s_key], [5], 2, CPU);
        Assert.That(
            () => estimator.Draw(zeros([5, 3]), noise, 1),
            Throws.ArgumentException.With.Message.StartsWith("condition: expected [B, 2], got [5, 3]"));
        if (estimator is ITractableDensity density)
        {
            Assert.That(
                () => density.LogProb(zeros([5, 2]), zeros([4, 2])),
                Throws.ArgumentException.With.Message.StartsWith("condition: expected [5, 2], got [4, 2]"));
            Assert.That(
                () => density.LogProb(zeros([5]), zeros([5, 2])),
                Throws.ArgumentException.With.Message.StartsWith("theta: expected [B, 2], got [5]")
            );
        }
        else
        {
            Assert.That(
                () => ((IDensityOfDraws)estimator).DrawWithDensity(zeros([5]), noise),
                Throws.ArgumentException.With.Message.StartsWith("condition: expected [B, 2], got [5]"));
        }
    }
}
