using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Reproduce.Evaluation;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>What is known of how far numbers of all test sets scatter over other test sets.</summary>
public sealed class TestSetScatterTests
{
    private const int Repetitions = 1500, TestSets = 100;

    /// <summary>
    /// The calibration error of a parameter whose posterior is N(shift, scale^2) where the exact one is N(0, 1): the interval of one
    /// training covers the error's mean in 95 of 100 draws of test sets, or in more where the posteriors are good.
    /// </summary>
    /// <param name="scale">Deviation of the posteriors.</param>
    /// <param name="shift">Their mean.</param>
    [TestCase(1, 0)]
    [TestCase(0.8, 0)]
    [TestCase(0.5, 0)]
    [TestCase(2, 0)]
    [TestCase(1, 1)]
    public void TheIntervalOfAParametersCalibrationErrorCovers(double scale, double shift)
    {
        Random random = new(7);
        double[] errors = [.. Enumerable.Range(0, Repetitions).Select(_ => Error())];
        double mean = errors.Average(), half = Estimate("ece_1", [0.1]).HalfWidth();

        Assert.That(errors.Count(e => Math.Abs(e - mean) <= half) / (double)Repetitions, Is.GreaterThan(0.93));

        double Error()
        {
            int[] inside = new int[CalibrationLevels.Count];
            for (int j = 0; j < TestSets; j++)
            {
                // The smallest central interval that holds the true parameter.
                double mass = Math.Abs(2 * Normal.CDF(shift, scale, Normal.Sample(random, 0, 1)) - 1);
                for (int k = 0; k < inside.Length; k++)
                {
                    inside[k] += mass <= CalibrationLevels.Of(k) ? 1 : 0;
                }
            }

            return CalibrationLevels.Error(inside, TestSets);
        }
    }

    /// <summary>Of five trainings that differ: what scatters over test sets in a way that nobody knows has no interval.</summary>
    [TestCase("ece_max", true)]
    [TestCase("ece_12", true)]
    [TestCase("tarp", true)]
    [TestCase("seconds", true)]
    [TestCase("z_score", false)]
    [TestCase("contraction", false)]
    [TestCase("contraction_1", false)]
    [TestCase("passes_per_draw", false)]
    [TestCase("ece_mean", false)]
    public void OnlyWhatIsKnownHasAnInterval(string metric, bool isKnown)
    {
        ContrastEstimate estimate = Estimate(metric, [1, 1.1, 1.2, 1.05, 0.9]);

        Assert.That(estimate.StandardError is not null, Is.EqualTo(isKnown));
    }

    /// <summary>Two runs on other test sets: z-scores that differ by chance are not called higher, calibration errors not worse.</summary>
    [TestCase("z_score", 1.1, "undecided")]
    [TestCase("contraction_2", 1.1, "undecided")]
    [TestCase("ece_2", 0.06, "undecided")]
    [TestCase("ece_2", 0.5, "worse")]
    public void RunsOnOtherTestSetsDifferByTheirScatter(string metric, double shift, string verdict)
    {
        double[] first = [0.10, 0.101, 0.099, 0.1, 0.1002];
        ResultsComparison comparison = new(
            new ComparedResults("a", Table(metric, first)), new ComparedResults("b", Table(metric, [.. first.Select(v => v + shift)])),
            isPaired: false, SyntheticResults.Styles);

        Assert.That(comparison.Quantities.Single(q => q.Metric == metric).Verdict, Is.EqualTo(verdict));
    }

    [TestCase("ece_3", Direction.Lower)]
    [TestCase("ece_max", Direction.Lower)]
    [TestCase("contraction_1", Direction.None)]
    [TestCase("local_c2st_p", Direction.None)]
    public void NobodyKnowsWhichValueOfAnUnknownMetricIsTheBest(string metric, Direction better) =>
        Assert.That(MetricStyle.Of(metric).Better, Is.EqualTo(better));

    private static ContrastEstimate Estimate(string metric, double[] perTraining) => Contrast.Estimate(SettingContrast.Term(
        Table(metric, perTraining), new MeasurementKey("gmm", "paper", new Setting("cmpe", 1024, 10), metric), SyntheticResults.Styles))!;

    // How many test sets there are is seen by the RMSE.
    private static MeasurementTable Table(string metric, double[] perTraining) => new(
    [
        .. perTraining.Select((v, r) => SyntheticResults.Row("gmm", 1024, "cmpe", 10, metric, v, null, r)),
        .. Enumerable.Range(0, TestSets).Select(j => SyntheticResults.Row("gmm", 1024, "cmpe", 10, MetricStyle.Rmse, 0.3, j)),
    ]);
}
