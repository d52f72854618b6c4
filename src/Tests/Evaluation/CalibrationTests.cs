using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

[TestFixture]
public sealed class CalibrationTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(5);

    // theta ~ N(0, 1), x ~ N(theta, 1): the posterior is N(x / 2, 1 / 2). Two such parameters.
    private static (Tensor Draws, Tensor Truth) Posteriors(int sets, int draws, double widthFactor)
    {
        using var random = new RandomSource(s_key);
        Tensor truth = random.Normal([sets, 2]), x = truth + random.Normal([sets, 2]);
        return ((x / 2).unsqueeze(1) + random.Normal([sets, draws, 2]) * Math.Sqrt(0.5) * widthFactor, truth);
    }

    [Test]
    public void ExactPosteriorsAreCalibratedAndNarrowOnesAreNot()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor exact, Tensor truth) = Posteriors(1000, 500, 1);
        (Tensor narrow, _) = Posteriors(1000, 500, 0.4);
        CalibrationError good = Calibration.ExpectedCalibrationError(exact, truth),
            bad = Calibration.ExpectedCalibrationError(narrow, truth);
        Assert.Multiple(() =>
        {
            // A frequency over 1000 data sets has a standard error of at most 0.016; the median over levels is below it.
            Assert.That(good.PerParameter, Has.Length.EqualTo(2).And.All.LessThan(0.03));
            Assert.That(good.Max, Is.GreaterThanOrEqualTo(good.Mean));
            // Intervals of 0.4 times the width: at level 1/2 they hold 21%, and the median deviation over levels is about 0.29.
            Assert.That(bad.PerParameter, Is.All.InRange(0.2, 0.35));
        });
    }

    [Test]
    public void CalibrationErrorCountsBothEndsAsInside()
    {
        using DisposeScope scope = NewDisposeScope();
        // All draws equal to the truth: every interval is the one point and holds it, so deviations are 1 - level, median 0.5.
        CalibrationError error = Calibration.ExpectedCalibrationError(ones(3, 4, 1), ones(3, 1));
        Assert.That(error.Max, Is.EqualTo(0.5).Within(1e-12));
    }

    // Against the same estimator on exact posteriors: 200 experiments of 60 data sets, two parameters each.
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void FewDataSetsHaveTheErrorThatIsSimulated()
    {
        const int Experiments = 200, Sets = 60;
        using DisposeScope scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors(Experiments * Sets, 400, 1);
        double[] largest = [.. Enumerable.Range(0, Experiments).Select(i =>
            Calibration.ExpectedCalibrationError(draws.narrow(0, i * Sets, Sets), truth.narrow(0, i * Sets, Sets)).Max).Order()];
        CalibratedError simulated = CalibratedError.Simulate(Sets, 2, s_key);
        Assert.Multiple(() =>
        {
            // Medians and 5 % quantiles of 200 such errors, which spread by 0.017, have standard errors of 0.0015 and 0.0025.
            Assert.That(simulated.Median, Is.EqualTo(Quantiles.OfSorted(largest, 0.5)).Within(0.006));
            Assert.That(simulated.Low, Is.EqualTo(Quantiles.OfSorted(largest, 0.05)).Within(0.006));
            Assert.That(simulated.High, Is.EqualTo(Quantiles.OfSorted(largest, 0.95)).Within(0.01));
            Assert.That(simulated.Low, Is.LessThan(simulated.Median).And.GreaterThan(0.01));
        });
    }

    [TestCase(0, 2, 1000)]
    [TestCase(60, 0, 1000)]
    [TestCase(60, 2, 10)]
    public void ACalibratedErrorNeedsSomethingToSimulate(int sets, int parameters, int simulations) =>
        Assert.That(() => CalibratedError.Simulate(sets, parameters, s_key, simulations), Throws.ArgumentException);

    [Test]
    public void RanksCountDrawsBelow()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor draws = tensor(new float[] { 3, 1, 2, 4, 0, 0, 0, 0 }, [2, 4, 1]), truth = tensor(new float[] { 2.5f, -1 }, [2, 1]);
        double[][] expected = [[0.5, 0]];
        Assert.That(Calibration.Ranks(draws, truth, s_key), Is.EqualTo(expected));
    }

    // p ~ U(0, 1), theta ~ Bernoulli(p), and p is observed: draws and truth are 0 or 1.
    [Test]
    public void RanksOfDiscretePosteriorsAreUniformAndRepeatWithTheKey()
    {
        const int sets = 2000, count = 19;
        using DisposeScope scope = NewDisposeScope();
        using var random = new RandomSource(s_key);
        Tensor p = random.Uniform([sets, 1]);
        Tensor truth = random.Uniform([sets, 1]).lt(p).to_type(ScalarType.Float32);
        Tensor draws = random.Uniform([sets, count, 1]).lt(p.unsqueeze(1)).to_type(ScalarType.Float32);
        double[][] ranks = Calibration.Ranks(draws, truth, s_key);
        RankHistogram histogram = Calibration.RankHistogram(ranks[0], count, 10, 0.999);
        Assert.Multiple(() =>
        {
            Assert.That(Calibration.Ranks(draws, truth, s_key), Is.EqualTo(ranks));
            for (int b = 0; b < 10; b++)
            {
                Assert.That(histogram.Counts[b], Is.InRange(histogram.Low[b], histogram.High[b]), $"bin {b}");
            }
        });
    }

    [Test]
    public void BinsThatRanksDoNotFillEvenlyHaveTheirOwnRange()
    {
        // 11 ranks in 10 bins: rank r is in bin 10 r / 11, so the first bin has ranks 0 and 1.
        const int sets = 1100, draws = 10;
        double[] ranks = [.. Enumerable.Range(0, sets).Select(j => j % 11 / 10.0)];
        RankHistogram histogram = Calibration.RankHistogram(ranks, draws, 10);
        int[] expected = [200, 100, 100, 100, 100, 100, 100, 100, 100, 100];
        Assert.Multiple(() =>
        {
            Assert.That(histogram.Counts, Is.EqualTo(expected));
            Assert.That(histogram.Expected, Is.EqualTo(expected.Select(e => (double)e)).Within(1e-9));
            // Binomial(1100, 2/11) and (1100, 1/11) have standard deviations of 12.8 and 9.5.
            Assert.That((histogram.Low[0], histogram.High[0]), Is.EqualTo((175, 225)));
            Assert.That((histogram.Low[9], histogram.High[9]), Is.EqualTo((82, 119)));
        });
        Assert.That(
            () => Calibration.RankHistogram([0.55], draws, 10),
            Throws.ArgumentException.With.Message.StartsWith("ranks: expected multiples of 1/10 from 0 to 1, got 0.55."));
    }

    // Far from the origin and in tiny units, in float64; a true value of more digits than the draws is compared at theirs.
    [TestCase(5e8, 1, false)]
    [TestCase(0, 1e-40, false)]
    [TestCase(0, 1e300, false)]
    [TestCase(5e8, 1, true)]
    public void OffsetsAndScalesDoNotMatter(double offset, double scale, bool singleDraws)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors(400, 99, 1);
        draws = draws.to_type(ScalarType.Float64) * scale + offset;
        truth = truth.to_type(ScalarType.Float64) * scale + offset;
        draws = singleDraws ? draws.to_type(ScalarType.Float32) : draws;
        RankHistogram histogram = Calibration.RankHistogram(Calibration.Ranks(draws, truth, s_key)[0], 99, 10, 0.999);
        Assert.Multiple(() =>
        {
            for (int b = 0; b < 10; b++)
            {
                Assert.That(histogram.Counts[b], Is.InRange(histogram.Low[b], histogram.High[b]), $"bin {b}");
            }

            if (!singleDraws)
            {
                // float32 has nothing between 5e8 and 5e8 + 32, where intervals have no width.
                Assert.That(Calibration.ExpectedCalibrationError(draws, truth).Max, Is.LessThan(0.05));
            }

            // Posterior draws are sqrt(1/2 + 1/2) from the truth.
            Assert.That(
                RootMeanSquareError.PerDataSet(draws, truth).Average() / scale,
                singleDraws ? Is.LessThan(32) : Is.EqualTo(0.96).Within(0.08));
        });
    }

    [Test]
    public void ExactPosteriorsStayWithinTheBandsAndNarrowOnesDoNot()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor exact, Tensor truth) = Posteriors(300, 200, 1);
        (Tensor narrow, _) = Posteriors(300, 200, 0.4);
        EcdfBands bands = SimultaneousBands.Compute(300, s_key, draws: 200);
        double[][] ranks = Calibration.Ranks(exact, truth, s_key);
        RankHistogram histogram = Calibration.RankHistogram(ranks[0], 200, 10);
        Assert.Multiple(() =>
        {
            Assert.That(ranks.Select(r => bands.Contains(r)), Is.All.True);
            Assert.That(Calibration.Ranks(narrow, truth, s_key).Select(r => bands.Contains(r)), Is.All.False);
            Assert.That(histogram.Counts.Sum(), Is.EqualTo(300));
            Assert.That(histogram.Expected.Sum(), Is.EqualTo(300).Within(1e-9));
            // Binomial(300, 0.1): quantiles at 2.5% and 97.5%.
            Assert.That((histogram.Low[9], histogram.High[9]), Is.EqualTo((20, 41)).Or.EqualTo((20, 40)));
        });
    }

    [TestCase(100, 0, 0.95)]
    [TestCase(100, 50, 0.95)]
    [TestCase(30, 0, 0.80)]
    public void BandsHoldUniformRanksWithTheStatedProbability(int dataSets, int draws, double confidence)
    {
        EcdfBands bands = SimultaneousBands.Compute(dataSets, s_key, confidence, draws, simulations: 4000);
        var random = new SplitMix64(s_key.Child("coverage").Value);
        const int Trials = 4000;
        int inside = 0;
        double[] ranks = new double[dataSets];
        for (int t = 0; t < Trials; t++)
        {
            for (int j = 0; j < dataSets; j++)
            {
                ranks[j] = draws == 0 ? random.NextDouble() : (double)random.NextInt(draws + 1) / draws;
            }

            inside += bands.Contains(ranks) ? 1 : 0;
        }

        // gamma is discrete, so coverage is at or a little above what is stated; both simulations have errors below 0.007.
        Assert.That((double)inside / Trials, Is.InRange(confidence - 0.02, confidence + 0.03));
    }

    [Test]
    public void BandsRepeatWithTheSeedAndHoldTheUniformLine()
    {
        EcdfBands a = SimultaneousBands.Compute(50, s_key), b = SimultaneousBands.Compute(50, s_key);
        Assert.Multiple(() =>
        {
            Assert.That(b.Low, Is.EqualTo(a.Low));
            Assert.That(b.High, Is.EqualTo(a.High));
            Assert.That(a.Point, Has.Length.EqualTo(50));
            Assert.That(a.LowDifference, Is.All.LessThan(1e-4)); // the last point is 1 - 1e-5
            Assert.That(a.HighDifference, Is.All.GreaterThan(-1e-4));
        });
    }

    [Test]
    public void RecoveryIsThatOfTheConjugateModel()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor draws, Tensor truth) = Posteriors(2000, 200, 1);
        Recovery[] recovery = Calibration.Recover(draws, truth, 0.8);
        Assert.That(recovery, Has.Length.EqualTo(2));
        foreach (Recovery r in recovery)
        {
            // Correlation of theta and x / 2 is sqrt(1/2); its standard error over 2000 data sets is below 0.02.
            Assert.Multiple(() =>
            {
                Assert.That(r.Correlation, Is.EqualTo(Math.Sqrt(0.5)).Within(0.04));
                Assert.That(r.Coverage, Is.EqualTo(0.8).Within(0.04));
                Assert.That(r.Median.Zip(r.Low).All(p => p.First >= p.Second), Is.True);
            });
        }
    }

    [Test]
    public void ShapesAreCheckedAndNoTensorIsLeftBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor draws = ones(3, 5, 2), truth = ones(3, 2);
        Assert.That(
            () => Calibration.Ranks(draws, ones(3, 1), s_key),
            Throws.ArgumentException.With.Message.StartsWith("truth: expected [3, 2] to go with draws [3, 5, 2], got [3, 1]."));
        Calibration.Ranks(draws, truth, s_key);
        long before = LiveTensors.Settled();
        Calibration.Ranks(draws, truth, s_key);
        Calibration.ExpectedCalibrationError(draws, truth);
        Calibration.Recover(draws, truth);
        RootMeanSquareError.PerDataSet(draws, truth);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void TheCallersDrawsAreNotReordered()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor draws = tensor(new float[] { 3, 1, 2 }, [1, 3, 1]);
        Calibration.Ranks(draws, zeros(1, 1), s_key);
        float[] expected = [3, 1, 2];
        Assert.That(draws.data<float>().ToArray(), Is.EqualTo(expected));
    }
}
