using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

/// <summary>Streams are named: what is asked for elsewhere, or in another order, changes none of them.</summary>
public sealed class RandomKeyTests
{
    [Test]
    public void KeysAreTheSameOnEveryMachine()
    {
        // SHA-256 of the little-endian key and the name, first eight bytes, and SplitMix64's finaliser; worked out in Python.
        RandomKey root = RandomKey.FromSeed(1);
        Assert.That(root.Value, Is.EqualTo(3239834100224939612UL));
        Assert.That(root.Child("train").Value, Is.EqualTo(12713627541456366736UL));
        Assert.That(root.Child(17).Value, Is.EqualTo(15612195092096528298UL));
    }

    [Test]
    public void AddingAContenderChangesNoOtherStream()
    {
        Dictionary<string, double[]> two = Streams("acf", "cmpe");
        Dictionary<string, double[]> three = Streams("acf", "nsf", "cmpe");
        Assert.That(three["acf"], Is.EqualTo(two["acf"]));
        Assert.That(three["cmpe"], Is.EqualTo(two["cmpe"]));
        Assert.That(three["nsf"], Is.Not.EqualTo(two["acf"]).And.Not.EqualTo(two["cmpe"]));

        static Dictionary<string, double[]> Streams(params string[] contenders) => contenders.ToDictionary(c => c, c =>
        {
            using RandomSource random = new(RandomKey.FromSeed(1).Child("gmm").Child("train").Child(c));
            using Tensor numbers = random.Normal([20]);
            return numbers.Numbers();
        });
    }

    [Test]
    public void RestartGoesBackToTheBeginning([Values(1, 3, 40)] int drawnBefore)
    {
        using IDisposable scope = NewDisposeScope();
        RandomKey key = RandomKey.FromSeed(2);
        using RandomSource random = new(key);
        double[] first = random.Normal([5]).Numbers();
        random.Normal([drawnBefore]);
        random.Restart(key);
        Assert.That(random.Normal([5]).Numbers(), Is.EqualTo(first));
    }

    [Test]
    public void NeighbouringIndicesGiveUnrelatedStreams()
    {
        using IDisposable scope = NewDisposeScope();
        RandomKey key = RandomKey.FromSeed(3);
        Assert.That(Enumerable.Range(0, 100_000).Select(i => key.Child(i)).Distinct().Count(), Is.EqualTo(100_000));
        Tensor draws = stack([.. Enumerable.Range(0, 200).Select(i =>
        {
            using RandomSource random = new(key.Child(i));
            return random.Normal([2000], dtype: ScalarType.Float64);
        })]);

        // Correlations of 200 independent rows of 2000 numbers have a standard deviation of 0.022; 19,900 pairs stay below 5.5 of them.
        Tensor correlation = draws.mm(draws.t()) / 2000 - diag(draws.square().mean([1]));
        Assert.That(correlation.abs().max().item<double>(), Is.LessThan(0.125));
    }
}
