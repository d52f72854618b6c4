using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

/// <summary>The Poisson numbers of devices other than the CPU, computed on the CPU.</summary>
public sealed class PoissonInversionTests : ScopedTests
{
    // The largest rate of the camera: V = 1024.
    private const double Largest = 1024;

    [TestCase(0.0)]
    [TestCase(0.3)]
    [TestCase(4.0)]
    [TestCase(60.0)]
    [TestCase(256.0)]
    public void FrequenciesAreThoseOfTheDistribution(double rate)
    {
        const int N = 100_000;
        using RandomSource random = new(RandomKey.FromSeed(11));
        double[] counts = Counts(full([N], rate, dtype: ScalarType.Float32), random.Uniform([N], dtype: ScalarType.Float64));
        double[] exact = Probabilities((float)rate, 600);
        Dictionary<double, int> seen = counts.CountBy(k => k).ToDictionary();
        Assert.That(seen.Keys, Has.All.InRange(0.0, 599.0));
        for (int k = 0; k < 600; k++)
        {
            // Five standard errors.
            double share = seen.GetValueOrDefault(k) / (double)N;
            double error = Math.Sqrt(exact[k] * (1 - exact[k]) / N);
            Assert.That(share, Is.EqualTo(exact[k]).Within(5 * error + 1.0 / N), $"{k}");
        }

        Assert.That(
            counts.Average(),
            Is.EqualTo((double)(float)rate).Within(5 * Math.Sqrt(rate / N)),
            "within 0.25 even at 256, where a shift by one would be 20 standard errors"
        );
    }

    [TestCase(0.3)]
    [TestCase(4.0)]
    [TestCase(60.0)]
    [TestCase(256.0)]
    [TestCase(1024.0)]
    public void TheStepsAreWhereTheDistributionFunctionHasThem(double rate)
    {
        double[] exact = Probabilities(rate, 2048);
        List<double> uniform = [], expected = [];
        double sum = 0;
        for (int k = 0; k < exact.Length; k++)
        {
            sum += exact[k];

            // libtorch's Q errs by up to 4e-10 where count and rate are close; the neighbouring steps are much farther away.
            const double Aside = 1e-9;
            if (exact[k] > 100 * Aside && sum < 1 - 10 * Aside)
            {
                uniform.AddRange([sum - Aside, sum + Aside]);
                expected.AddRange([k, k + 1]);
            }
        }

        Assert.That(expected, Has.Count.GreaterThan(10));
        Tensor rates = full([uniform.Count], rate, dtype: ScalarType.Float64);
        Assert.That(Counts(rates, tensor(uniform.ToArray())), Is.EqualTo(expected));
    }

    [Test]
    public void TheEndsAreCounts()
    {
        Tensor rates = tensor(new[] { 0.0, 0.0, 1e-30, 4.0, 1024.0 });
        Assert.That(Counts(rates, zeros_like(rates)), Has.All.Zero, "u = 0");
        double[] last = Counts(rates, full_like(rates, 1 - Math.Pow(2, -53)));
        Assert.That(last[..3], Has.All.Zero);
        Assert.That(last[3], Is.InRange(25, 40), "P(N > 25) = 2e-13, P(N > 40) = 3e-25");
        Assert.That(last[4], Is.InRange(1024 + 7 * 32, 1024 + 10 * 32), "about eight standard deviations");
    }

    /// <summary>By the exact probabilities, not by the bound that the digits are chosen with.</summary>
    [TestCase(0.0, 0)]
    [TestCase(60.0, 7)]
    [TestCase(256.0, 9)]
    [TestCase(1024.0, 11)]
    public void TheDigitsLeaveNextToNothingOut(double rate, int digits)
    {
        Assert.That(PoissonInversion.Digits(rate), Is.EqualTo(digits));
        double[] exact = Probabilities(rate, 4096);
        Assert.That(exact.Skip(1 << digits).Sum(), Is.LessThan(PoissonInversion.NeglectedTail));
    }

    [Test]
    public void ABoundThatIsNoneIsRefused()
    {
        Assert.That(() => PoissonInversion.Digits(-1), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => PoissonInversion.Digits(double.PositiveInfinity), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => PoissonInversion.Digits(double.NaN), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void RatesElsewhereGiveCountsThere()
    {
        using RandomSource random = new(RandomKey.FromSeed(12));
        Tensor counts = random.Poisson(zeros([3, 4], device: META), 1024);
        Assert.That(counts.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(counts.dtype, Is.EqualTo(ScalarType.Float32));
        Assert.That(counts.shape, Is.EqualTo(new long[] { 3, 4 }));
        double next = random.NextDouble();
        random.Restart(random.Key);
        random.Uniform([12], dtype: ScalarType.Float64).Dispose();
        Assert.That(random.NextDouble(), Is.EqualTo(next), "one uniform number for each rate, whatever the rates are");
    }

    [Test]
    public void NoTensorIsLeftOver()
    {
        using Tensor rate = ones(10), uniform = zeros(10, dtype: ScalarType.Float64);
        long before = LiveTensors.Settled();
        PoissonInversion.Counts(rate, uniform, 10).Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private static double[] Counts(Tensor rate, Tensor uniform)
    {
        Tensor counts = PoissonInversion.Counts(rate, uniform, Largest);
        Assert.That(counts.dtype, Is.EqualTo(ScalarType.Float64));
        return counts.data<double>().ToArray();
    }

    // P(N = k) by the recurrence p(k) = p(k - 1) rate / k from the largest one on, so that nothing overflows: errors of 1e-13 at most.
    private static double[] Probabilities(double rate, int count)
    {
        double[] p = new double[count];
        int mode = (int)rate;
        p[mode] = 1;
        for (int k = mode + 1; k < count; k++)
        {
            p[k] = p[k - 1] * rate / k;
        }

        for (int k = mode; k > 0; k--)
        {
            p[k - 1] = p[k] * k / rate;
        }

        double sum = p.Sum();
        return [.. p.Select(v => v / sum)];
    }
}
