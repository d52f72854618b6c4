using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>Pareto-smoothed weights: against R's package loo, by hand, and on a posterior that is known.</summary>
public sealed class SmoothedWeightsTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(19);

    /// <summary>
    /// psis(lw, r_eff = 1) of R's package loo 2.5.1, with lw = -k log(u), u = the fractional part of i (sqrt(5) - 1) / 2, i from 1.
    /// </summary>
    [TestCase(0.2, 1000, 0.212000688096, 940.9107093841, 0.00339055128871, 0.000881261760275, true)]
    [TestCase(0.5, 1000, 0.466451905150, 484.3296777203, 0.0188070789523, 0.000647750662722, true)]
    [TestCase(0.9, 1000, 0.806752639692, 45.4290131048, 0.121724819139, 0.000288066026432, false)]
    [TestCase(0.4, 100, 0.457368448675, 73.1910853351, 0.0507319323226, 0.00740168917422, true)]
    public void WeightsAreThoseOfLoo(double k, int count, double shape, double size, double largest, double first, bool isReliable)
    {
        double golden = (Math.Sqrt(5) - 1) / 2;

        SmoothedWeights found = SmoothedWeights.Of([.. Enumerable.Range(1, count).Select(i => -k * Math.Log(i * golden % 1))])!;

        Assert.Multiple(() =>
        {
            Assert.That(found.Shape, Is.EqualTo(shape).Within(1e-9));
            Assert.That(found.EffectiveSize, Is.EqualTo(size).Within(1e-6));
            Assert.That(found.Weights.Max(), Is.EqualTo(largest).Within(1e-11));
            Assert.That(found.Weights[0], Is.EqualTo(first).Within(1e-13));
            Assert.That(found.Weights.Sum(), Is.EqualTo(1).Within(1e-12));
            Assert.That(found.IsReliable, Is.EqualTo(isReliable));
        });
    }

    /// <summary>A light tail, again of loo: nothing is heavier than the largest raw weight.</summary>
    [Test]
    public void BoundedWeightsHaveANegativeShape()
    {
        SmoothedWeights found = SmoothedWeights.Of([.. Enumerable.Range(1, 500).Select(i => 2 * Math.Sin(i) + Math.Cos(7 * i))])!;

        Assert.That(found.Shape, Is.EqualTo(-0.583868712921).Within(1e-9));
        Assert.That(found.EffectiveSize, Is.EqualTo(158.8577203583).Within(1e-6));
        Assert.That(found.LargestShape, Is.EqualTo(1 - 1 / Math.Log10(500)).Within(1e-12));
    }

    /// <summary>Too few for a tail: the weights are the raw ones, 1, 3 and 0, and the effective size is 4^2 / 10.</summary>
    [Test]
    public void AFewWeightsAreLeftAsTheyAre()
    {
        SmoothedWeights found = SmoothedWeights.Of([2, 2 + Math.Log(3), double.NegativeInfinity])!;

        Assert.That(found.Weights, Is.EqualTo(new[] { 0.25, 0.75, 0 }).Within(1e-12));
        Assert.That(found.EffectiveSize, Is.EqualTo(1.6).Within(1e-12));
        Assert.That(found.Shape, Is.EqualTo(double.PositiveInfinity));
        Assert.That(found.IsReliable, Is.False);
    }

    [Test]
    public void EqualWeightsHaveNoTail()
    {
        SmoothedWeights found = SmoothedWeights.Of([.. Enumerable.Repeat(-7.0, 200)])!;

        Assert.That(found.EffectiveSize, Is.EqualTo(200).Within(1e-9));
        Assert.That(found.Shape, Is.EqualTo(double.NegativeInfinity));
        Assert.That(found.IsReliable, Is.True);
    }

    [Test]
    public void NoWeightAtAllIsNull() => Assert.That(SmoothedWeights.Of([double.NegativeInfinity, double.NegativeInfinity]), Is.Null);

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void AWildWeightIsRefused(double log) => Assert.That(() => SmoothedWeights.Of([0, log]), Throws.ArgumentException);

    /// <summary>
    /// theta ~ N(0, 1), x | theta ~ N(theta, 1/2^2), x = 1: the posterior is N(0.8, 0.2). Draws of N(0.5, 0.5^2), which is wrong in both,
    /// weighed by prior times likelihood over their density. The weighted mean errs by sqrt(0.2 / ESS) and the deviation by
    /// sqrt(0.2 / 2 ESS), if one counts effective draws as independent ones: within four of these errors of the exact ones, while the
    /// draws themselves are not within four of theirs, sqrt(0.25 / S).
    /// </summary>
    /// <param name="seed">Of the draws.</param>
    [Test]
    public void ABiasedProposalIsCorrected([Range(1, 5)] int seed)
    {
        const int count = 4000;
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key.Child(seed));
        double[] theta = [.. random.Normal([count], dtype: ScalarType.Float64).data<double>().Select(z => 0.5 + 0.5 * z)];
        double[] log = [.. theta.Select(t => -0.5 * t * t - 2 * (1 - t) * (1 - t) + 2 * (t - 0.5) * (t - 0.5))];

        SmoothedWeights weights = SmoothedWeights.Of(log)!;
        ParameterSummary plain = ParameterSummary.Of(theta), weighted = ParameterSummary.Of(theta, weights.Weights);

        double meanError = 4 * Math.Sqrt(0.2 / weights.EffectiveSize), sdError = 4 * Math.Sqrt(0.1 / weights.EffectiveSize);
        Assert.Multiple(() =>
        {
            Assert.That(weights.EffectiveSize, Is.InRange(1000, 3500));
            Assert.That(weights.IsReliable, Is.True);
            Assert.That(weighted.Mean, Is.EqualTo(0.8).Within(meanError));
            Assert.That(weighted.Median, Is.EqualTo(0.8).Within(1.25 * meanError));
            Assert.That(weighted.Mode, Is.EqualTo(0.8).Within(0.2));
            Assert.That(weighted.Sd, Is.EqualTo(Math.Sqrt(0.2)).Within(sdError));
            Assert.That(weighted.Half.High - weighted.Half.Low, Is.EqualTo(2 * 0.67449 * Math.Sqrt(0.2)).Within(0.06));
            Assert.That(weighted.Most.High, Is.EqualTo(0.8 + 1.95996 * Math.Sqrt(0.2)).Within(0.12));
            Assert.That(plain.Mean, Is.Not.EqualTo(0.8).Within(4 * Math.Sqrt(0.25 / count)));
            Assert.That(plain.Sd, Is.Not.EqualTo(Math.Sqrt(0.2)).Within(4 * Math.Sqrt(0.125 / count)));
        });
    }

    /// <summary>Weights that are all equal change a summary by no more than the definitions of quantiles differ.</summary>
    [Test]
    public void EqualWeightsChangeNoSummary()
    {
        double[] draws = [.. Enumerable.Range(0, 2001).Select(i => Math.Sin(0.7 * i) + 0.001 * i)];
        ParameterSummary plain = ParameterSummary.Of(draws), weighted = ParameterSummary.Of(draws, [.. draws.Select(_ => 1.0 / 2001)]);

        Assert.Multiple(() =>
        {
            Assert.That(weighted.Mean, Is.EqualTo(plain.Mean).Within(1e-12));
            Assert.That(weighted.Sd, Is.EqualTo(plain.Sd).Within(0.001));
            Assert.That(weighted.Median, Is.EqualTo(plain.Median).Within(0.005));
            Assert.That(weighted.Mode, Is.EqualTo(plain.Mode).Within(0.01));
            Assert.That(weighted.Most.Low, Is.EqualTo(plain.Most.Low).Within(0.005));
        });
    }
}
