using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>
/// The local C2ST where the posterior is known: theta ~ N(0, I), x | theta ~ N(theta, I / 4), in the plane; the posterior is
/// N(0.8 x, 0.2 I).
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class LocalC2stTests
{
    private const double Deviation = 0.447213595499958;

    private static readonly LocalC2stSettings s_settings = new();

    private static double[] Observed => [1, -0.5];

    /// <summary>
    /// 60 repetitions with the exact posterior, each with simulations of its own: p-values are uniform on 1/100 .. 1. The largest
    /// difference of the distribution functions is below 0.21 in 99 of 100 seeds (Kolmogorov and Smirnov, 1.63 / sqrt 60).
    /// </summary>
    [Test]
    public void OfTheExactPosteriorPValuesAreUniform()
    {
        double[] p = [.. PValues("exact", simulations: 300, repetitions: 60).Order()];

        double largest = p.Index().Max(v => Math.Max(Math.Abs((v.Index + 1) / 60.0 - v.Item), Math.Abs(v.Index / 60.0 - (v.Item - 0.01))));
        Assert.That(largest, Is.LessThan(0.21), string.Join(" ", p));
        Assert.That(p, Is.All.InRange(0.01, 1));
    }

    /// <summary>
    /// Wrong posteriors are rejected at 0.05 in nine of ten repetitions at least. The prior in place of the posterior is calibrated on
    /// average, as ranks among its draws are uniform; and so are means that are shifted to one side for one half of the observations and to
    /// the other for the other half.
    /// </summary>
    /// <param name="posterior">What is wrong.</param>
    [TestCase("shifted by a deviation")]
    [TestCase("of twice the variance")]
    [TestCase("of half the variance")]
    [TestCase("prior")]
    [TestCase("shifted by the side")]
    public void AWrongPosteriorIsFound(string posterior) =>
        Assert.That(PValues(posterior, simulations: 1000, repetitions: 10).Count(p => p <= 0.05), Is.GreaterThanOrEqualTo(9));

    /// <summary>The same classifiers by tensor operations, for processors without the vector code.</summary>
    [Test]
    public void BothEnginesFindTheSame()
    {
        LocalC2stSettings few = s_settings with { Permutations = 19, Epochs = 3 };

        LocalC2stResult auto = Test("shifted by a deviation", 100, 0, few), tensors = Test(
            "shifted by a deviation", 100, 0, few with { Engine = C2stEngine.Tensor });

        Assert.That(tensors.Statistic, Is.EqualTo(auto.Statistic).Within(0.1).Percent);
        Assert.That(tensors.Limit, Is.EqualTo(auto.Limit).Within(0.1).Percent);
        Assert.That(tensors.PValue, Is.EqualTo(auto.PValue));
    }

    /// <summary>Nothing depends on the number of threads, on other observations, nor on how often it is called.</summary>
    [Test]
    public void TheSameCallFindsTheSame()
    {
        LocalC2stSettings few = s_settings with { Permutations = 19, Epochs = 2 };

        LocalC2stResult first = Test("exact", 60, 1, few with { Threads = 1 }), second = Test("exact", 60, 1, few with { Threads = 2 });
        LocalC2stResult[] beside = [.. new[] { 0, 1, 2 }.Select(place => Test("exact", 60, 1, few, others: 2, place))];

        Assert.That(second, Is.EqualTo(first));
        Assert.That(beside, Is.All.EqualTo(first));
    }

    [Test]
    public void TooFewSimulationsAreRefused() =>
        Assert.That(() => Test("exact", 19, 0, s_settings), Throws.ArgumentException.With.Message.Contains("at least 20 simulations"));

    [Test]
    public void ShapesThatDoNotFitAreRefused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.That(
            () => LocalC2st.Test(zeros(30, 2), zeros(30, 3), zeros(30, 2), zeros(1, 2), zeros(1, 9, 2), s_settings, RandomKey.FromSeed(0)),
            Throws.ArgumentException.With.Message.Contains("expected shapes that go together"));
    }

    private static double[] PValues(string posterior, int simulations, int repetitions) =>
        [.. Enumerable.Range(0, repetitions).Select(seed => Test(posterior, simulations, seed, s_settings).PValue)];

    // The result of the observation, which may stand between others.
    private static LocalC2stResult Test(
        string posterior, int simulations, int seed, LocalC2stSettings settings, int others = 0, int place = 0)
    {
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(seed).Child(posterior));
        Tensor theta = random.Normal([simulations, 2], dtype: ScalarType.Float64);
        Tensor x = theta + random.Normal([simulations, 2], dtype: ScalarType.Float64) * 0.5;
        Tensor observed = tensor(Observed, [1, 2]);
        Tensor draws = Draw(posterior, x, random), there = Draw(posterior, observed.expand(1000, 2), random).unsqueeze(0);
        Tensor all = observed.repeat(1 + others, 1), allDraws = there.repeat(1 + others, 1, 1);
        for (int j = 0; j <= others; j++)
        {
            all[j] += Math.Abs(j - place);
            allDraws[j] += Math.Abs(j - place);
        }

        LocalC2stResult[] found = LocalC2st.Test(theta, draws, x, all, allDraws, settings, RandomKey.FromSeed(seed));
        Assert.That(found, Has.Length.EqualTo(1 + others));
        return found[place];
    }

    private static Tensor Draw(string posterior, Tensor x, RandomSource random)
    {
        Tensor noise = random.Normal(x.shape, dtype: ScalarType.Float64), mean = x * 0.8;
        return posterior switch
        {
            "exact" => mean + noise * Deviation,
            "shifted by a deviation" => mean + Deviation + noise * Deviation,
            "of twice the variance" => mean + noise * (Deviation * Math.Sqrt(2)),
            "of half the variance" => mean + noise * (Deviation / Math.Sqrt(2)),
            "prior" => noise,
            "shifted by the side" => mean + x.select(1, 0).sign().unsqueeze(1) * Deviation + noise * Deviation,
            _ => throw new ArgumentOutOfRangeException(nameof(posterior)),
        };
    }
}
