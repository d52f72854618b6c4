using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

[TestFixture]
public sealed class UncertaintyTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(9);

    [Test]
    public void MeanAndStandardErrorAreTheTextbooks()
    {
        Estimate estimate = Uncertainty.Mean([1, 2, 3, 4], s_key);
        Assert.Multiple(() =>
        {
            Assert.That(estimate.Mean, Is.EqualTo(2.5).Within(1e-12));
            Assert.That(estimate.StandardError, Is.EqualTo(Math.Sqrt(5.0 / 3 / 4)).Within(1e-12));
            Assert.That(estimate.N, Is.EqualTo(4));
            Assert.That(estimate.Low, Is.InRange(1, 2.5));
            Assert.That(estimate.High, Is.InRange(2.5, 4));
            Assert.That(Uncertainty.Mean([1, 2, 3, 4], s_key), Is.EqualTo(estimate));
        });
    }

    [TestCase(0.95)]
    [TestCase(0.80)]
    public void IntervalsCoverTheMean(double confidence)
    {
        const int Trials = 1000, N = 60;
        int inside = 0;
        var random = new SplitMix64(s_key.Value);
        double[] values = new double[N];
        for (int t = 0; t < Trials; t++)
        {
            for (int i = 0; i < N; i++)
            {
                values[i] = Normal.InvCDF(2, 3, (random.NextDouble() + 1e-12) * (1 - 1e-9));
            }

            Estimate e = Uncertainty.Mean(values, s_key.Child(t), confidence);
            inside += e.Low <= 2 && 2 <= e.High ? 1 : 0;
        }

        // The percentile interval is about 1% too short at n = 60; 1000 trials have a standard error of 0.007 to 0.013.
        Assert.That((double)inside / Trials, Is.EqualTo(confidence - 0.01).Within(0.035));
    }

    [Test]
    public void PairingRemovesWhatBothShare()
    {
        var random = new SplitMix64(s_key.Value);
        double[] shared = [.. Enumerable.Range(0, 50).Select(_ => 10 * random.NextDouble())];
        double[] first = [.. shared.Select(s => s + 0.1 + 0.01 * random.NextDouble())];
        Estimate difference = Uncertainty.PairedDifference(first, shared, s_key);
        Assert.Multiple(() =>
        {
            Assert.That(difference.Low, Is.GreaterThan(0.1));
            Assert.That(difference.High, Is.LessThan(0.11));
            Assert.That(Uncertainty.Mean(first, s_key).StandardError, Is.GreaterThan(0.3));
        });
    }

    [Test]
    public void OneValueHasNoStandardErrorAndNoNumberIsRefused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Uncertainty.Mean([3], s_key), Is.EqualTo(new Estimate(3, double.NaN, 3, 3, 1)));
            Assert.That(() => Uncertainty.Mean([], s_key), Throws.ArgumentException);
            Assert.That(
                () => Uncertainty.PairedDifference([1, 2], [1, double.NaN], s_key),
                Throws.ArgumentException.With.Message.StartsWith("second: expected finite values, got NaN at index 1."));
            Assert.That(() => Uncertainty.PairedDifference([1, 2], [1], s_key), Throws.ArgumentException);
        });
    }

    [Test]
    public void RootMeanSquareErrorHasTheKnownValues()
    {
        using var scope = NewDisposeScope();
        Tensor one = tensor(new float[] { 8, 12 }, [1, 2, 1]), ten = full([1, 1], 10f);
        Tensor draws = tensor(new float[] { 4, 0, 0, 0, 1, 1, -1, -1, 4, -2, 4, -2 }, [3, 4, 1]), truth = tensor(new float[] { 0, 0, 1 }, [3, 1]);
        double[] errors = RootMeanSquareError.PerDataSet(draws, truth);
        Assert.Multiple(() =>
        {
            Assert.That(RootMeanSquareError.PerDataSet(one, ten).Single(), Is.EqualTo(2).Within(1e-12));
            Assert.That(errors.Average(), Is.EqualTo(2).Within(1e-12));
            Assert.That(errors.Average(e => e * e), Is.EqualTo(14.0 / 3).Within(1e-12));
        });
    }
}
