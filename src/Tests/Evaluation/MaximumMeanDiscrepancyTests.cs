using MathNet.Numerics.Statistics;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

[TestFixture]
public sealed class MaximumMeanDiscrepancyTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(3);

    [TestCase(2)]
    [TestCase(40)]
    public void EqualsTheDirectDoubleSum(int dimensions)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor x = random.Normal([60, dimensions]) * 1.2 + 3, y = random.Normal([45, dimensions]) + 3;
        double[] bandwidths = [.. MmdSettings.PublishedBandwidths];
        (double biased, double unbiased) = Direct(Rows(x), Rows(y), bandwidths);
        MmdResult result = MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { MaxBytes = 5000 });
        // 19 kernels of float32 distances (relative error 1e-7 directly, 1e-6 by products).
        Assert.Multiple(() =>
        {
            Assert.That(result.Biased, Is.EqualTo(biased).Within(1e-5));
            Assert.That(result.Unbiased, Is.EqualTo(unbiased).Within(1e-5));
        });
    }

    // Two modes at +-height in every dimension, a shift of 0.3 and a bandwidth that sees it, with an offset: each on the far side of a
    // switch.
    [TestCase(20, 3000, 0)]
    [TestCase(20, 3e7, 0)]
    [TestCase(20, 3000, 5e8)]
    [TestCase(2, 3e7, 0)]
    [TestCase(1, 3e7, 5e8)]
    [TestCase(16, 3000, 0)]
    [TestCase(17, 0, 0)]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void NarrowModesFarApartKeepTheirDistances(int dimensions, double height, double offset)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor y) = TwoModes(dimensions, height, offset);
        double[] bandwidths = [dimensions, 10 * dimensions];
        (double biased, double unbiased) = Direct(Rows(x), Rows(y), bandwidths);
        MmdResult result = MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { Bandwidths = bandwidths, MaxDraws = 0 });
        Assert.Multiple(() =>
        {
            Assert.That(result.Biased, Is.EqualTo(biased).Within(1).Percent);
            Assert.That(result.Unbiased, Is.EqualTo(unbiased).Within(1).Percent);
        });
    }

    // A mode alone is far from the reference: distances within the draws are as small beside their norms.
    [Test]
    public void DrawsFarFromTheReferenceKeepTheirDistances()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor y = random.Normal([150, 20]).to_type(ScalarType.Float64), x = random.Normal([150, 20]).to_type(ScalarType.Float64) + 1e6;
        double unbiased = Direct(Rows(x), Rows(y), [20]).Unbiased;
        Assert.That(
            MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { Bandwidths = [20] }).Unbiased, Is.EqualTo(unbiased).Within(1).Percent);
    }

    [TestCase(1e19)]
    [TestCase(1e-22)]
    [TestCase(1e300)]
    [TestCase(1e-200)]
    [TestCase(2e9)]
    [TestCase(5e-10)]
    public void TheUnitOfTheDrawsDoesNotMatter(double scale)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor x = random.Normal([150, 3]).to_type(ScalarType.Float64) + 1, y = random.Normal([150, 3]).to_type(ScalarType.Float64);
        var median = new MmdSettings { MedianHeuristic = true };
        double wanted = MaximumMeanDiscrepancy.Pair(x, y, median).Unbiased;
        Assert.That(MaximumMeanDiscrepancy.Pair(x * scale, y * scale, median).Unbiased, Is.EqualTo(wanted).Within(1e-5));
        if (scale is > 1e-100 and < 1e100)
        {
            var fixedKernel = new MmdSettings { Bandwidths = [3 * scale * scale] };
            double exact = Direct(Rows(x), Rows(y), [3]).Unbiased;
            Assert.That(MaximumMeanDiscrepancy.Pair(x * scale, y * scale, fixedKernel).Unbiased, Is.EqualTo(exact).Within(1e-5));
        }
    }

    [Test]
    public void BandwidthsMayBeAnyPositiveNumbers()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor x = random.Normal([50, 3]) + 1, y = random.Normal([40, 3]);
        double[] bandwidths = [1e-45, 1, 1e300];
        (double biased, double unbiased) = Direct(Rows(x), Rows(y), bandwidths);
        MmdResult result = MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { Bandwidths = bandwidths });
        Assert.Multiple(() =>
        {
            Assert.That(result.Biased, Is.EqualTo(biased).Within(1e-6));
            Assert.That(result.Unbiased, Is.EqualTo(unbiased).Within(1e-6));
        });
    }

    [Test]
    public void TheMedianIsThatOfTheDistancesWithinModesToo()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor y) = TwoModes(20, 1e7, 0);
        // With three draws in four in one mode most pairs are within a mode, at a squared distance of about 2 D = 40.
        Tensor near = cat([x.narrow(0, 0, 100), x.narrow(0, 100, 30)], 0), other = cat([y.narrow(0, 0, 100), y.narrow(0, 100, 30)], 0);
        double[][] pooled = [.. Rows(near), .. Rows(other)];
        double[] distances =
        [
            .. pooled.SelectMany((a, i) => pooled.Skip(i + 1).Select(b => a.Zip(b, (u, v) => (u - v) * (u - v)).Sum())).Order(),
        ];
        double median = distances[(distances.Length - 1) / 2];
        double wanted = Direct(Rows(near), Rows(other), [median]).Unbiased;
        Assert.That(median, Is.LessThan(200));
        Assert.That(
            MaximumMeanDiscrepancy.Pair(near, other, new MmdSettings { MedianHeuristic = true }).Unbiased,
            Is.EqualTo(wanted).Within(1).Percent
        );
    }

    [Test]
    public void TheTabulatedKernelIsTheSumOfExponentials()
    {
        double[] bandwidths = [.. MmdSettings.PublishedBandwidths];
        var kernel = new RadialKernel(bandwidths);
        var random = new SplitMix64(s_key.Value);
        for (int i = 0; i < 20_000; i++)
        {
            float d = (float)Math.Pow(10, -18 + 28 * random.NextDouble());
            Assert.That(kernel.Value(d), Is.EqualTo(bandwidths.Sum(s => Math.Exp(-d / (2 * s)))).Within(1e-7), $"at {d}");
        }

        Assert.That(kernel.Value(0), Is.EqualTo(19));
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheUnbiasedEstimateIsZeroOnAverageForEqualDistributions()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        MmdResult[] results = MaximumMeanDiscrepancy.PerDataSet(
            random.Normal([200, 50, 2]),
            random.Normal([200, 50, 2]),
            new MmdSettings()
        );
        double[] unbiased = [.. results.Select(r => r.Unbiased)];
        (double mean, double variance) = unbiased.MeanVariance();
        double error = Math.Sqrt(variance / unbiased.Length);
        Assert.Multiple(() =>
        {
            Assert.That(Math.Abs(mean), Is.LessThan(3 * error));
            Assert.That(unbiased.Min(), Is.LessThan(0));
            // The V-statistic's floor, about (1/50 + 1/50) x the 6 to 7 narrow kernels.
            Assert.That(results.Average(r => r.Biased), Is.InRange(0.2, 0.35));
        });
    }

    [Test]
    public void TheMedianKernelSeesAShiftAndIgnoresTheUnit()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor x = random.Normal([300, 3]) + 1, y = random.Normal([300, 3]);
        var settings = new MmdSettings { MedianHeuristic = true };
        MmdResult result = MaximumMeanDiscrepancy.Pair(x, y, settings), scaled = MaximumMeanDiscrepancy.Pair(x * 1000, y * 1000, settings);
        Assert.Multiple(() =>
        {
            Assert.That(result.Unbiased, Is.GreaterThan(0.1));
            Assert.That(scaled.Unbiased, Is.EqualTo(result.Unbiased).Within(1e-5));
        });
    }

    [Test]
    public void MaxDrawsTakesEvenlySpacedRows()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor x = random.Normal([100, 2]),
            y = random.Normal([80, 2]);
        Tensor every = tensor(Enumerable.Range(0, 20).Select(i => 5L * i).ToArray()),
            fourth = tensor(Enumerable.Range(0, 20).Select(i => 4L * i).ToArray());
        Assert.That(
            MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { MaxDraws = 20 }).Unbiased,
            Is.EqualTo(MaximumMeanDiscrepancy.Pair(x.index_select(0, every), y.index_select(0, fourth), new MmdSettings()).Unbiased)
                .Within(1e-9)
        );
    }

    [Test]
    public void ShapesAndOptionsAreChecked()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Multiple(() =>
        {
            Assert.That(
                () => MaximumMeanDiscrepancy.Pair(zeros(1, 2), zeros(5, 2), new MmdSettings()),
                Throws.ArgumentException.With.Message.Contains("at least 2 rows, got [1, 2] and [5, 2]"));
            Assert.That(
                () => MaximumMeanDiscrepancy.Pair(zeros(4, 2), zeros(5, 2), new MmdSettings { Bandwidths = [] }),
                Throws.ArgumentException.With.Message.Contains("bandwidths"));
            Assert.That(
                () => MaximumMeanDiscrepancy.Pair(zeros(4, 2), zeros(5, 2), new MmdSettings { MedianHeuristic = true }),
                Throws.ArgumentException.With.Message.Contains("median"));
        });
    }

    // The size of the image experiment: 10^4 against 10^4 draws in 784 dimensions, with the closed form of two Gaussians.
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TenThousandImagesFitInOneGibibyte()
    {
        const int draws = 10_000, dimensions = 784;
        const double bandwidth = 1000, shift = 0.35;
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(11));
        long before = Environment.WorkingSet, peak = before;
        Tensor x = random.Normal([draws, dimensions]), y = random.Normal([draws, dimensions]) + shift;
        using CancellationTokenSource done = new();
        Task watch = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                peak = Math.Max(peak, Environment.WorkingSet);
                await Task.Delay(5);
            }
        });
        MmdResult result = MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { Bandwidths = [bandwidth], MaxDraws = 0 });
        done.Cancel();
        watch.Wait();

        // E exp(-|x - y|^2 / 2s) of x ~ N(0, I), y ~ N(m, I) is (s / (s + 2))^(D/2) exp(-|m|^2 / (2 s + 4)).
        double same = Math.Pow(bandwidth / (bandwidth + 2), dimensions / 2.0);
        double wanted = 2 * same * (1 - Math.Exp(-dimensions * shift * shift / (2 * bandwidth + 4)));
        Assert.Multiple(() =>
        {
            Assert.That(result.Unbiased, Is.EqualTo(wanted).Within(1).Percent);
            Assert.That(result.Biased, Is.GreaterThan(result.Unbiased));
            Assert.That(peak - before, Is.LessThan(1L << 30), "bytes, the samples included");
        });
    }

    [Test]
    public void NoTensorIsLeftBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, 30, 2), y = zeros(2, 30, 2);
        MaximumMeanDiscrepancy.PerDataSet(x, y, new MmdSettings());
        long before = LiveTensors.Settled();
        MaximumMeanDiscrepancy.PerDataSet(x, y, new MmdSettings { MaxDraws = 10 });
        MaximumMeanDiscrepancy.PerDataSet(x, y, new MmdSettings { MedianHeuristic = true });
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    // Half of the draws in each mode, float64, [200, D] and [160, D].
    private static (Tensor X, Tensor Y) TwoModes(int dimensions, double height, double offset)
    {
        using var random = new RandomSource(s_key);
        return (Sample(200, 0.3), Sample(160, 0));

        Tensor Sample(int count, double shift)
        {
            Tensor mode = arange(count, dtype: ScalarType.Float64).lt(count / 2).to_type(ScalarType.Float64) * 2 - 1;
            return random.Normal([count, dimensions]).to_type(ScalarType.Float64) + (mode * height).unsqueeze(1) + shift + offset;
        }
    }

    private static double[][] Rows(Tensor t)
    {
        double[] flat = [.. t.to_type(ScalarType.Float64).data<double>()];
        return [.. flat.Chunk((int)t.size(1))];
    }

    private static (double Biased, double Unbiased) Direct(double[][] x, double[][] y, double[] bandwidths)
    {
        double xx = 0, yy = 0, xy = 0;
        foreach (double[] a in x)
        {
            xx += x.Sum(b => Kernel(a, b));
            xy += y.Sum(b => Kernel(a, b));
        }

        foreach (double[] a in y)
        {
            yy += y.Sum(b => Kernel(a, b));
        }

        double n = x.Length, m = y.Length, k0 = bandwidths.Length, cross = 2 * xy / (n * m);
        return (
            Math.Max(0, xx / (n * n) + yy / (m * m) - cross),
            (xx - n * k0) / (n * (n - 1)) + (yy - m * k0) / (m * (m - 1)) - cross);

        double Kernel(double[] a, double[] b)
        {
            double d = a.Zip(b, (u, v) => (u - v) * (u - v)).Sum();
            return bandwidths.Sum(s => Math.Exp(-d / (2 * s)));
        }
    }
}
