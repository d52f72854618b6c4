using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Benchmark;
using static TorchSharp.torch;

namespace Reproduce.Tests.Tasks.Benchmark;

/// <summary>A random walk that changes draws and leaves their distribution as it is.</summary>
public sealed class MetropolisMovesTests
{
    private const int Count = 20_000;

    /// <summary>Every draw of an exponential distribution stands there five times; its quantiles are known.</summary>
    [Test]
    public void RepeatsAreTornApartAndTheDistributionStays()
    {
        double[] draws = Repeated();
        using RandomSource random = new(RandomKey.FromSeed(11));
        MetropolisMoves.Make(draws, 1, theta => theta[0] < 0 ? double.NegativeInfinity : -theta[0], 60, random);

        Assert.That(draws.Distinct().Count(), Is.EqualTo(Count));
        Assert.That(draws, Has.All.GreaterThanOrEqualTo(0));
        // The starts are forgotten, so that the draws are as good as independent: Kolmogorov's 1 in 1000.
        double[] sorted = [.. draws.Order()];
        double furthest = sorted.Select((x, i) => Math.Abs(1 - Math.Exp(-x) - (i + 0.5) / Count)).Max();
        Assert.That(furthest * Math.Sqrt(Count), Is.LessThan(1.95));
    }

    /// <summary>
    /// A normal density of which one deviation is ten times the other, strongly correlated: the walk follows its covariance.
    /// </summary>
    [Test]
    public void AThirdOfTheMovesIsTakenWhateverTheDensitysShape()
    {
        using RandomSource random = new(RandomKey.FromSeed(12));
        using Tensor normal = random.Normal([Count, 2], dtype: ScalarType.Float64);
        double[] draws = normal.data<double>().ToArray();
        for (int i = 0; i < Count; i++)
        {
            draws[2 * i + 1] = 10 * (0.99 * draws[2 * i] + Math.Sqrt(1 - 0.99 * 0.99) * draws[2 * i + 1]);
        }

        double[] before = [.. draws];
        MetropolisMoves.Make(draws, 2, LogNormal, 1, random);
        int moved = Enumerable.Range(0, Count).Count(i => draws[2 * i] != before[2 * i]);
        Assert.That(moved / (double)Count, Is.EqualTo(0.35).Within(0.02), "Roberts, Gelman and Gilks: .352 with two parameters");

        static double LogNormal(ReadOnlySpan<double> theta)
        {
            double first = theta[0], second = (theta[1] / 10 - 0.99 * first) / Math.Sqrt(1 - 0.99 * 0.99);
            return -(first * first + second * second) / 2;
        }
    }

    [Test]
    public void NoMovesTakeNoRandomNumbersAndChangeNothing()
    {
        double[] draws = Repeated(), before = [.. draws];
        using RandomSource random = new(RandomKey.FromSeed(13)), untouched = new(RandomKey.FromSeed(13));
        MetropolisMoves.Make(draws, 1, _ => throw new InvalidOperationException("not asked"), 0, random);
        using Tensor next = random.Uniform([4]), expected = untouched.Uniform([4]);
        Assert.That(draws, Is.EqualTo(before));
        Assert.That(next.data<float>().ToArray(), Is.EqualTo(expected.data<float>().ToArray()));
    }

    private static double[] Repeated()
    {
        using RandomSource random = new(RandomKey.FromSeed(10));
        using Tensor uniform = random.Uniform([Count / 5], dtype: ScalarType.Float64);
        return [.. uniform.data<double>().ToArray().SelectMany(u => Enumerable.Repeat(-Math.Log(1 - u), 5))];
    }
}
