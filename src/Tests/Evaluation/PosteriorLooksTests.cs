using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>What one looks at in a problem without a reference posterior, on normal distributions where everything is known.</summary>
public sealed class PosteriorLooksTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(12);

    /// <summary>
    /// theta ~ N(0, 1), x = theta + N(0, s^2): the posterior is N(x / (1 + s^2), s^2 / (1 + s^2)), which contracts by 1 / (1 + s^2);
    /// z-scores of exact posteriors are N(0, 1), those of posteriors of half the width N(0, 4).
    /// </summary>
    [TestCase(0.5, 1.0)]
    [TestCase(2.0, 1.0)]
    [TestCase(0.5, 0.5)]
    public void ContractionAndZScoresOfNormalPosteriorsAreTheClosedForm(double s, double width)
    {
        const int Sets = 4000, Draws = 400;
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor truth = random.Normal([Sets, 1], dtype: ScalarType.Float64);
        Tensor x = truth + s * random.Normal([Sets, 1], dtype: ScalarType.Float64);
        double sd = s / Math.Sqrt(1 + s * s);
        Tensor draws = (x / (1 + s * s)).unsqueeze(1) + width * sd * random.Normal([Sets, Draws, 1], dtype: ScalarType.Float64);

        double contraction = Contraction.PerParameter(draws, truth).Single();
        double[] scores = Contraction.ZScores(draws, truth);

        // Five standard errors: of the prior's variance 1 sqrt(2 / sets), of a mean square likewise (and 400 draws widen it by 1 / 400).
        double error = 5 * Math.Sqrt(2.0 / Sets);
        Assert.That(contraction, Is.EqualTo(1 - width * width * sd * sd).Within(error * sd * sd + 1e-3));
        Assert.That(scores.Average(z => z * z), Is.EqualTo(1 / (width * width)).Within((error + 0.01) / (width * width)));
    }

    /// <summary>Of observations that are simulations the p-values are uniform, by Kolmogorov's distances of both samples.</summary>
    [Test]
    public void PValuesOfSimulationsAreUniform()
    {
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        double[] p = [.. OutOfSimulation.PValues(Moons(2000), Moons(2000), Moons(400)).Order()];

        double distance = p.Select((value, i) => Math.Max(value - i / 400.0, (i + 1) / 400.0 - value)).Max();
        Assert.That(distance, Is.LessThan(1.95 / Math.Sqrt(400) + 1.95 / Math.Sqrt(2000)));

        // A ring: no normal distribution, and of very different scales.
        Tensor Moons(long count)
        {
            Tensor angle = random.Uniform([count, 1]) * (2 * Math.PI), radius = 1 + 0.05 * random.Normal([count, 1]);
            return cat([radius * angle.cos(), 1e6 * radius * angle.sin()], 1);
        }
    }

    /// <summary>
    /// The middle of a ring is no observation of it, though it is the mean; nor is a point that breaks a correlation, or another value of
    /// what never varies.
    /// </summary>
    [Test]
    public void WhatWasNeverSimulatedHasASmallPValue()
    {
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor angle = random.Uniform([3000, 1]) * (2 * Math.PI);
        Tensor ring = cat([angle.cos(), angle.sin()], 1) + 0.05 * random.Normal([3000, 2]);
        Tensor first = random.Normal([3000, 1]);
        Tensor line = cat([first, first + 0.01 * random.Normal([3000, 1]), ones(3000, 1)], 1);

        double[] middle = P(ring, [0, 0]), broken = P(line, [1, -1, 1]), varies = P(line, [1, 1, 1.5f]), usual = P(line, [1, 1, 1]);

        Assert.Multiple(() =>
        {
            Assert.That(middle[0], Is.EqualTo(1 / 1001.0).Within(1e-12));
            Assert.That(broken[0], Is.EqualTo(1 / 1001.0).Within(1e-12));
            Assert.That(varies[0], Is.EqualTo(1 / 1001.0).Within(1e-12));
            Assert.That(usual[0], Is.GreaterThan(0.05));
        });

        static double[] P(Tensor all, float[] x) =>
            OutOfSimulation.PValues(all.narrow(0, 0, 2000), all.narrow(0, 2000, 1000), tensor(x, [1, x.Length]));
    }

    /// <summary>A gamma distribution of shape 4 and rate 1: mean 4, mode 3, variance 4, quantiles of a library.</summary>
    [Test]
    public void AParameterIsSummarised()
    {
        using DisposeScope scope = NewDisposeScope();
        const int Draws = 40_000;
        double[] draws = [.. Enumerable.Range(0, Draws).Select(i => Gamma.InvCDF(4, 1, (i + 0.5) / Draws))];

        ParameterSummary summary = ParameterSummary.Of(draws);

        Assert.Multiple(() =>
        {
            Assert.That(summary.Mean, Is.EqualTo(4).Within(0.01));
            Assert.That(summary.Sd, Is.EqualTo(2).Within(0.01));
            Assert.That(summary.Median, Is.EqualTo(Gamma.InvCDF(4, 1, 0.5)).Within(1e-3));
            Assert.That(summary.Mode, Is.EqualTo(3).Within(0.1), "the kernel flattens the top");
            Assert.That(summary.Half.Low, Is.EqualTo(Gamma.InvCDF(4, 1, 0.25)).Within(1e-3));
            Assert.That(summary.Most.High, Is.EqualTo(Gamma.InvCDF(4, 1, 0.975)).Within(1e-2));
            Assert.That(ParameterSummary.Of([2, 2, 2]).Mode, Is.EqualTo(2));
        });
    }

    /// <summary>Simulations 1 .. 99: the share above 90 is 10 of 100 with the observation, doubled for two sides.</summary>
    [TestCase(90.5, 0.2)]
    [TestCase(50, 1)]
    [TestCase(-3, 0.02)]
    public void APredictivePValueCountsTheRarerSide(double observed, double expected)
    {
        double[] simulated = [.. Enumerable.Range(1, 99).Select(i => (double)i)];

        PredictiveStatistic statistic = PredictiveStatistic.Of("x", observed, simulated);

        Assert.That(statistic.PValue, Is.EqualTo(expected).Within(1e-12));
        Assert.That((statistic.Low, statistic.Median, statistic.High), Is.EqualTo((5.9, 50, 94.1)).Within(1e-9));
    }

    [Test]
    public void TheUsualStatisticsOfASeriesAreItsMeanDeviationAndEnds()
    {
        IReadOnlyList<PredictiveStatistic> usual = PredictiveStatistic.Usual("y", [1, 2, 6], [[0, 0, 3], [3, 3, 3]]);

        Assert.That(usual.Select(s => s.Name), Is.EqualTo(new[] { "y: mean", "y: standard deviation", "y: smallest", "y: largest" }));
        Assert.That(usual.Select(s => s.Observed), Is.EqualTo(new[] { 3, Math.Sqrt(7), 1, 6 }).Within(1e-12));
        Assert.That(PredictiveStatistic.Usual("z", [5], [[4], [6]]).Single().Observed, Is.EqualTo(5));
    }

    /// <summary>
    /// A parameter that is 0.1 in every data set has nothing to contract, and draws that are all 0.3 have no deviation to count in; what
    /// varies has both.
    /// </summary>
    [Test]
    public void WhatDoesNotVaryHasNoContractionAndNoZScore()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor truth = tensor(new[] { 0.1f, 1, 0.1f, 2, 0.1f, 4 }, [3, 2]);
        Tensor draws = tensor(new[] { 0, 1f, 1, 3, 0.3f, 1, 0.3f, 3, 0, 3, 1, 3 }, [3, 2, 2]);

        double[] contraction = Contraction.PerParameter(draws, truth), scores = Contraction.ZScores(draws, truth);

        // Variances of the second parameter's draws 2, 2 and 0, of its truth 7 / 3; of its z-scores 1 / sqrt 2 and 0.
        Assert.That(contraction, Is.EqualTo(new[] { double.NaN, 1 - 4 / 3.0 / (7 / 3.0) }).Within(1e-9));
        Assert.That(scores.Select(double.IsNaN), Is.EqualTo(new[] { false, false, true, false, false, true }));
        Assert.That(Contraction.MeanOfKnown([scores[1], scores[2], scores[3]]), Is.EqualTo(0.5 / Math.Sqrt(2)).Within(1e-9));
        Assert.That(Contraction.MeanOfKnown([double.NaN, double.NegativeInfinity]), Is.NaN);
    }

    /// <summary>Half of the weight is reached at the second draw; the two behind it weigh nothing.</summary>
    [Test]
    public void AQuantileOfWeightedDrawsIsNoDrawWithoutWeight()
    {
        ParameterSummary summary = ParameterSummary.Of([5, 1, 3, 4, 2], [0.5, 0.25, 0, 0, 0.25]);

        Assert.That((summary.Half.Low, summary.Median, summary.Half.High), Is.EqualTo((1.0, 2.0, 5.0)));
    }
}
