using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.Statistics;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Compute.Priors;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute.Priors;

/// <summary>Priors against closed forms: moments, distribution functions of a library, densities by their integrals.</summary>
public sealed class PriorTests
{
    private const int Draws = 20_000;

    // Mean and variance in closed form, a distribution function that this project did not write, and two points around the bulk.
    private static IEnumerable<TestCaseData> Scalars()
    {
        yield return Case(new UniformPrior { Low = -1, High = 3 }, 1, 16.0 / 12, x => ContinuousUniform.CDF(-1, 3, x), -0.5, 2.5);
        yield return Case(new NormalPrior { Mean = 2, Sd = 3 }, 2, 9, x => Normal.CDF(2, 3, x), -2, 6);
        yield return Case(
            new LogNormalPrior { LogMean = 0.2, LogSd = 0.5 },
            Math.Exp(0.2 + 0.125),
            (Math.Exp(0.25) - 1) * Math.Exp(0.4 + 0.25),
            x => x <= 0 ? 0 : Normal.CDF(0.2, 0.5, Math.Log(x)),
            0.6,
            2.5);
        yield return Case(
            new HalfNormalPrior { Sd = 2 },
            2 * Math.Sqrt(2 / Math.PI),
            4 * (1 - 2 / Math.PI),
            x => 2 * Normal.CDF(0, 2, x) - 1,
            0.3,
            4);
        yield return Case(new GammaPrior { Shape = 3, Rate = 2 }, 1.5, 0.75, x => Erlang.CDF(3, 2, x), 0.4, 3);
        yield return Case(new GammaPrior { Shape = 1, Rate = 5 }, 0.2, 0.04, x => Exponential.CDF(5, x), 0.01, 0.6);
        yield return Case(
            new BetaPrior { A = 2, B = 5 }, 2.0 / 7, 10.0 / (49 * 8), x => 1 - Math.Pow(1 - x, 5) * (1 + 5 * x), 0.05, 0.6);
        double z = Normal.CDF(0, 1, 2) - Normal.CDF(0, 1, 0.5), low = Normal.PDF(0, 1, 0.5), high = Normal.PDF(0, 1, 2);
        yield return Case(
            new TruncatedPrior { Of = new NormalPrior { Mean = 0, Sd = 1 }, Low = 0.5, High = 2 },
            (low - high) / z,
            1 + (0.5 * low - 2 * high) / z - Math.Pow((low - high) / z, 2),
            x => (Normal.CDF(0, 1, x) - Normal.CDF(0, 1, 0.5)) / z,
            0.6,
            1.8);

        static TestCaseData Case(ScalarPrior prior, double mean, double variance, Func<double, double> cdf, double a, double b) =>
            new TestCaseData(prior, mean, variance, cdf, a, b).SetArgDisplayNames(prior.GetType().Name, $"{mean:G3}");
    }

    /// <summary>
    /// Moments within 4.5 standard errors (of the variance: of a kurtosis up to 9), and Kolmogorov's distance below 1.95 / sqrt(n), which a
    /// correct sampler exceeds with probability 0.001; the seed is fixed.
    /// </summary>
    [TestCaseSource(nameof(Scalars))]
    public void DrawsHaveTheMomentsAndTheDistributionOfTheClosedForm(
        ScalarPrior prior, double mean, double variance, Func<double, double> cdf, double a, double b)
    {
        using RandomSource random = new(RandomKey.FromSeed(4));
        double[] draws = prior.Sample(Draws, random);
        double[] sorted = [.. draws.Order()];
        double distance = sorted.Select((x, i) => Math.Max(cdf(x) - (double)i / Draws, (i + 1.0) / Draws - cdf(x))).Max();
        double error = Math.Sqrt(variance / Draws);
        Assert.Multiple(() =>
        {
            Assert.That(draws.Mean(), Is.EqualTo(mean).Within(4.5 * error));
            Assert.That(draws.Variance(), Is.EqualTo(variance).Within(4.5 * variance * Math.Sqrt(8.0 / Draws)));
            Assert.That(distance, Is.LessThan(1.95 / Math.Sqrt(Draws)));
        });
    }

    /// <summary>The density integrates to the distribution function, and the quantile inverts it.</summary>
    [TestCaseSource(nameof(Scalars))]
    public void DensityDistributionAndQuantileBelongTogether(
        ScalarPrior prior, double mean, double variance, Func<double, double> cdf, double a, double b)
    {
        double between = GaussLegendreRule.Integrate(x => Math.Exp(prior.LogDensity(x)), a, b, 64);
        Assert.Multiple(() =>
        {
            Assert.That(between, Is.EqualTo(cdf(b) - cdf(a)).Within(1e-9));
            Assert.That(prior.Cdf(a), Is.EqualTo(cdf(a)).Within(1e-9));
            Assert.That(prior.Cdf(b), Is.EqualTo(cdf(b)).Within(1e-9));
            Assert.That(prior.Quantile(cdf(a)), Is.EqualTo(a).Within(1e-6));
            Assert.That(prior.Quantile(cdf(b)), Is.EqualTo(b).Within(1e-6));
            Assert.That(prior.LogDensity([mean]), Is.EqualTo(prior.LogDensity(mean)));
        });
    }

    private static IEnumerable<TestCaseData> Supports()
    {
        const double No = double.NegativeInfinity, All = double.PositiveInfinity;
        NormalPrior normal = new() { Mean = 0, Sd = 1 };
        GammaPrior gamma = new() { Shape = 2, Rate = 1 };
        return
        [
            Case(new UniformPrior { Low = -1, High = 3 }, (-1, 3)),
            Case(normal, (No, All)),
            Case(new LogNormalPrior { LogMean = 0.2, LogSd = 0.5 }, (0, All)),
            Case(new HalfNormalPrior { Sd = 2 }, (0, All)),
            Case(gamma, (0, All)),
            Case(new BetaPrior { A = 2, B = 5 }, (0, 1)),
            Case(new TruncatedPrior { Of = normal, Low = 0.5, High = 2 }, (0.5, 2)),
            Case(new TruncatedPrior { Of = normal, High = 2 }, (No, 2)),
            Case(new TruncatedPrior { Of = gamma, Low = -5, High = 2 }, (0, 2)),
            Case(new TruncatedPrior { Of = gamma, Low = 1 }, (1, All)),
            Case(new FixedPrior { Value = 2 }, (2, 2)),
            Case(new MultivariateNormalPrior { Mean = [1, -2], Covariance = [[4, -1.2], [-1.2, 1]] }, (No, All), (No, All)),
        ];

        static TestCaseData Case(Prior prior, params (double Low, double High)[] support) =>
            new TestCaseData(prior, support).SetArgDisplayNames(prior.GetType().Name, string.Join(' ', support));
    }

    /// <summary>Every kind of prior is among the cases.</summary>
    [Test]
    public void EveryPriorsSupportIsTested() => Assert.That(
        typeof(Prior).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Prior)) && !t.IsAbstract),
        Is.SubsetOf(Supports().Select(c => c.Arguments[0]!.GetType())));

    /// <summary>
    /// The density is zero outside of each end, by as much as one part in a million, and positive inside, as close to it, and in between:
    /// at the middle of two ends, and up to a few deviations away from a single one. All draws lie inside.
    /// </summary>
    [TestCaseSource(nameof(Supports))]
    public void TheSupportIsWhereTheDensityIs(Prior prior, (double Low, double High)[] support)
    {
        const double Near = 1e-6;
        Assert.That(prior.Support(), Is.EqualTo(support));
        double[] middle = [.. support.Select(s => double.IsFinite(s.Low) && double.IsFinite(s.High) ? (s.Low + s.High) / 2
            : double.IsFinite(s.Low) ? s.Low + 1 : double.IsFinite(s.High) ? s.High - 1 : 0)];
        for (int d = 0; d < support.Length; d++)
        {
            (double low, double high) = support[d];
            double inside = low.Equals(high) ? 0 : Near;
            Assert.That(LogDensityAt(middle[d], d), Is.Not.EqualTo(double.NegativeInfinity));
            foreach ((double end, double outward) in new[] { (low, -1.0), (high, 1.0) }.Where(e => double.IsFinite(e.Item1)))
            {
                Assert.That(LogDensityAt(end - outward * inside, d), Is.Not.EqualTo(double.NegativeInfinity), $"inside of {end}");
                Assert.That(LogDensityAt(end + outward * Near, d), Is.EqualTo(double.NegativeInfinity), $"outside of {end}");
            }

            foreach (double far in new[] { -6.0, 6 }.Where(x => x > low && x < high))
            {
                Assert.That(LogDensityAt(far, d), Is.Not.EqualTo(double.NegativeInfinity), $"at {far}");
            }
        }

        using RandomSource random = new(RandomKey.FromSeed(7));
        double[] draws = prior.Sample(1000, random);
        Assert.That(draws.Where((x, i) => x < support[i % support.Length].Low || x > support[i % support.Length].High), Is.Empty);

        double LogDensityAt(double value, int d) => prior.LogDensity([.. middle.Select((m, i) => i == d ? value : m)]);
    }

    /// <summary>
    /// Density of two correlated normal numbers from the textbook's formula with rho; means within 4.5 standard errors, covariances within
    /// 4.5 of theirs, sqrt((s11 s22 + s12^2) / n).
    /// </summary>
    [Test]
    public void TheMultivariateNormalHasItsMomentsAndDensity()
    {
        const double V1 = 4, V2 = 1, C = -1.2;
        MultivariateNormalPrior prior = new() { Mean = [1, -2], Covariance = [[V1, C], [C, V2]] };
        using RandomSource random = new(RandomKey.FromSeed(5));
        double[] draws = prior.Sample(Draws, random);
        double[] x = [.. draws.Where((_, i) => i % 2 == 0)], y = [.. draws.Where((_, i) => i % 2 == 1)];
        double rho = C / Math.Sqrt(V1 * V2), u = (2.5 - 1) / Math.Sqrt(V1), v = (-1 + 2) / Math.Sqrt(V2);
        double density = -Math.Log(2 * Math.PI * Math.Sqrt(V1 * V2 * (1 - rho * rho)))
            - (u * u - 2 * rho * u * v + v * v) / (2 * (1 - rho * rho));
        Assert.Multiple(() =>
        {
            Assert.That(x.Mean(), Is.EqualTo(1).Within(4.5 * Math.Sqrt(V1 / Draws)));
            Assert.That(y.Mean(), Is.EqualTo(-2).Within(4.5 * Math.Sqrt(V2 / Draws)));
            Assert.That(x.Variance(), Is.EqualTo(V1).Within(4.5 * V1 * Math.Sqrt(2.0 / Draws)));
            Assert.That(y.Variance(), Is.EqualTo(V2).Within(4.5 * V2 * Math.Sqrt(2.0 / Draws)));
            Assert.That(ArrayStatistics.Covariance(x, y), Is.EqualTo(C).Within(4.5 * Math.Sqrt((V1 * V2 + C * C) / Draws)));
            Assert.That(prior.LogDensity([2.5, -1]), Is.EqualTo(density).Within(1e-12));
        });
    }

    /// <summary>A joint prior between two others, and a fixed parameter that the simulator gets and nobody infers.</summary>
    [Test]
    public void ASpaceKeepsTheOrderAndPutsFixedParametersInTheirPlaces()
    {
        ParameterSpace space = new(
        [
            new ParameterSettings { Name = "a", Prior = new UniformPrior { Low = 10, High = 11 } },
            new ParameterSettings { Name = "known", Prior = new FixedPrior { Value = 7 } },
            new ParameterSettings
            {
                Names = ["b", "c"],
                Labels = ["β", "γ"],
                Prior = new MultivariateNormalPrior { Mean = [-100, 100], Covariance = [[1, 0], [0, 1]] },
            },
        ]);
        using DisposeScope scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(6));
        Tensor theta = space.Sample(5, random);
        double[] all = space.WithFixed(theta).data<double>().ToArray();
        float[] drawn = theta.data<float>().ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(space.Names, Is.EqualTo(new[] { "a", "b", "c" }));
            Assert.That(space.Labels, Is.EqualTo(new[] { "a", "β", "γ" }));
            Assert.That(space.AllNames, Is.EqualTo(new[] { "a", "known", "b", "c" }));
            for (int i = 0; i < 5; i++)
            {
                Assert.That(all[4 * i], Is.InRange(10, 11).And.EqualTo(drawn[3 * i]));
                Assert.That(all[4 * i + 1], Is.EqualTo(7));
                Assert.That(all[4 * i + 2], Is.EqualTo(-100).Within(6).And.EqualTo(drawn[3 * i + 1]));
                Assert.That(all[4 * i + 3], Is.EqualTo(100).Within(6).And.EqualTo(drawn[3 * i + 2]));
            }

            (double, double) line = (double.NegativeInfinity, double.PositiveInfinity);
            Assert.That(space.Support(), Is.EqualTo(new[] { (10, 11), line, line }));

            // log 1 for the uniform; two standard normal numbers at their means.
            Assert.That(space.LogDensity([10.5, -100, 100]), Is.EqualTo(-Math.Log(2 * Math.PI)).Within(1e-12));
        });
    }

    private static IEnumerable<TestCaseData> Impossible() =>
    [
        new TestCaseData(new UniformPrior { Low = 1, High = 1 }, "above low"),
        new TestCaseData(
            new TruncatedPrior { Of = new NormalPrior { Mean = 0, Sd = 1 }, Low = 8 }, "a probability above 1E-09"),
        new TestCaseData(new TruncatedPrior { Of = new FixedPrior { Value = 1 }, Low = 0 }, "of one parameter that varies"),
        new TestCaseData(new TruncatedPrior { Of = new NormalPrior { Mean = 0, Sd = 1 } }, "'low', 'high' or both"),
        new TestCaseData(new MultivariateNormalPrior { Mean = [0, 0], Covariance = [[1, 2], [2, 1]] }, "positive definite"),
        new TestCaseData(new MultivariateNormalPrior { Mean = [0, 0], Covariance = [[1, 0.5], [0.4, 1]] }, "symmetric"),
        new TestCaseData(new MultivariateNormalPrior { Mean = [0, 0], Covariance = [[1, 0.5]] }, "2 rows of 2"),
        new TestCaseData(new ParameterSettings { Name = "a", Names = ["b"] }, "'name', or 'names'"),
        new TestCaseData(new ParameterSettings { Names = ["a", "b"], Label = "c" }, "expected 2 labels"),
        new TestCaseData(
            new ParameterSettings { Names = ["a", "b"], Prior = new NormalPrior { Mean = 0, Sd = 1 } },
            "the distribution of 2, got one of 1"),
    ];

    [TestCaseSource(nameof(Impossible))]
    public void WhatCannotBeIsRefusedWithAReason(IValidatableObject settings, string reason) => Assert.That(
        settings.Validate(new ValidationContext(settings)).Select(r => r.ErrorMessage), Has.Exactly(1).Contains(reason));

    private static IEnumerable<TestCaseData> ImpossibleSpaces() =>
    [
        new TestCaseData(new ParameterSettings { Name = "a", Prior = new NormalPrior { Mean = 0, Sd = -1 } }, "a: The field Sd must be"),
        new TestCaseData(
            new ParameterSettings { Name = "a", Prior = new UniformPrior { Low = 1, High = 1 } }, "a: expected a number above"),
        new TestCaseData(
            new ParameterSettings
            {
                Name = "a",
                Prior = new TruncatedPrior { Of = new GammaPrior { Shape = -1, Rate = 1 }, Low = 0 },
            },
            "a: The field Shape must be"),
        new TestCaseData(
            new ParameterSettings { Names = ["a", "c"], Prior = new NormalPrior { Mean = 0, Sd = 1 } },
            "a, c: expected the distribution of 2"),
        new TestCaseData(new ParameterSettings { Name = "b" }, "parameters: expected names that differ, got 'b' twice"),
    ];

    /// <summary>Of records made in code, which no file's reader has checked.</summary>
    [TestCaseSource(nameof(ImpossibleSpaces))]
    public void ASpaceOfWhatCannotBeIsRefused(ParameterSettings parameter, string reason)
    {
        ParameterSettings other = new() { Name = "b", Prior = new UniformPrior { Low = 0, High = 1 } };
        Assert.That(() => new ParameterSpace([other, parameter]), Throws.ArgumentException.With.Message.StartsWith(reason));
    }

    [Test]
    public void ASpaceWithoutPriorsSaysSo()
    {
        ParameterSpace space = new([new ParameterSettings { Name = "a" }]);
        using RandomSource random = new(RandomKey.FromSeed(8));
        Assert.That(
            () => space.Sample(1, random),
            Throws.InvalidOperationException.With.Message.EqualTo("a: expected a prior, there is none."));
        Assert.That(space.HasPriors, Is.False);
    }
}
