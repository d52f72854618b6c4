using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>Intervals over test sets and trainings against closed forms.</summary>
public sealed class ContrastTests
{
    // Student's 97.5 % points with 1, 2 and 4 degrees of freedom, from printed tables.
    private const double T1 = 12.7062, T2 = 4.30265, T4 = 2.77645;

    // Three trainings by four test sets.
    private static readonly double[,] s_table = { { 1, 4, 2, 5 }, { 3, 5, 3, 9 }, { 2, 9, 4, 7 } };

    [Test]
    public void ABalancedDesignHasTheTextbooksMeanSquares()
    {
        CrossedAnova anova = new(s_table);

        // Row means 3, 5, 5.5; column means 2, 6, 3, 7; mean 4.5. Sums of squares by hand: rows 4 (2.25 + 0.25 + 1), columns 3 (6.25 + 2.25
        // + 2.25 + 6.25),
        // all cells 320 - 12 4.5^2 = 77, so that 77 - 14 - 51 = 12 are left.
        Assert.Multiple(() =>
        {
            Assert.That(anova.Mean, Is.EqualTo(4.5).Within(1e-12));
            Assert.That(anova.TrainingSquare, Is.EqualTo(14 / 2.0).Within(1e-12));
            Assert.That(anova.TestSetSquare, Is.EqualTo(51 / 3.0).Within(1e-12));
            Assert.That(anova.RestSquare, Is.EqualTo(12 / 6.0).Within(1e-12));
            Assert.That(anova.TrainingVariance, Is.EqualTo((7 - 2) / 4.0).Within(1e-12));
            Assert.That(anova.TestSetVariance, Is.EqualTo((17 - 2) / 3.0).Within(1e-12));
        });
    }

    [Test]
    public void WithoutOtherBudgetsTheVarianceIsTheSumOfBothMeanSquares()
    {
        ContrastEstimate estimate = Contrast.Estimate(SimulatedScores.Term(s_table))!;
        double byTraining = 7 / 12.0, byTestSet = 17 / 12.0;

        Assert.Multiple(() =>
        {
            Assert.That(estimate.Value, Is.EqualTo(4.5).Within(1e-12));
            Assert.That(estimate.StandardError, Is.EqualTo(Math.Sqrt(byTraining + byTestSet)).Within(1e-12));
            Assert.That(
                estimate.DegreesOfFreedom,
                Is.EqualTo(4 / ((byTraining * byTraining / 2) + (byTestSet * byTestSet / 3))).Within(1e-9)
            );
            Assert.That((estimate.TestSets, estimate.Trainings.Single(), estimate.OneTraining), Is.EqualTo((4, 3, false)));
        });
    }

    [Test]
    public void OtherBudgetsSayHowFarTrainingsSpreadWhenTheySayMore()
    {
        // Two trainings that happen to be alike, beside a budget whose trainings have the component 1.25 of 2 degrees of freedom.
        double[,] alike = { { 1, 2, 3, 4 }, { 1, 2, 3, 4 } };
        ContrastTerm own = SimulatedScores.Term(alike);
        ContrastTerm both = own with { OtherBudgets = new Dictionary<int, ReplicatedValues> { [512] = SimulatedScores.Values(s_table) } };
        double byTestSet = 5.0 / 3 / 4, pooled = 2 * 1.25 / 3;

        ContrastEstimate estimate = Contrast.Estimate(both)!;

        Assert.That(Contrast.Estimate(own)!.StandardError, Is.EqualTo(Math.Sqrt(byTestSet)).Within(1e-12));
        Assert.That(estimate.StandardError, Is.EqualTo(Math.Sqrt(byTestSet + (pooled / 2))).Within(1e-12));
        Assert.That(
            estimate.DegreesOfFreedom,
            Is.EqualTo(Math.Pow(byTestSet + (pooled / 2), 2) / ((byTestSet * byTestSet / 3) + (pooled * pooled / 4 / 3))).Within(1e-9)
        );
    }

    [Test]
    public void OneTrainingHasThePairedTInterval()
    {
        ContrastTerm left = SimulatedScores.Term(
                new double[,]
                {
                    { 0.61, 0.70, 0.66 },
                }
            ),
            right = SimulatedScores.Term(
                new double[,]
                {
                    { 0.60, 0.66, 0.65 },
                },
                -1
            );

        ContrastEstimate difference = Contrast.Estimate(left, right)!;

        // Differences 0.01, 0.04 and 0.01: mean 0.02, standard deviation sqrt(0.0003).
        Assert.Multiple(() =>
        {
            Assert.That(difference.Value, Is.EqualTo(0.02).Within(1e-12));
            Assert.That(difference.HalfWidth(), Is.EqualTo(T2 * Math.Sqrt(0.0003 / 3)).Within(1e-6));
            Assert.That((difference.Low + difference.High) / 2, Is.EqualTo(0.02).Within(1e-12));
            Assert.That((difference.High - difference.Low) / 2, Is.EqualTo(difference.HalfWidth()).Within(1e-12));
            Assert.That((difference.OneTraining, difference.Basis), Is.EqualTo((true, "3 test sets, one training")));
        });
    }

    [Test]
    public void ReplicatesOfOneBudgetArePairedByTheirTrainingSet()
    {
        double[,] left = { { 1, 2, 3 }, { 2, 3, 4 } }, right = { { 0, 1, 2 }, { 1, 2, 3 } };

        ContrastEstimate paired = Contrast.Estimate(SimulatedScores.Term(left), SimulatedScores.Term(right, -1))!;
        ContrastEstimate apart = Contrast.Estimate(SimulatedScores.Term(left), SimulatedScores.Term(right, -1, budget: 512))!;

        // The training sets move both sides alike; of other budgets that is chance: each side has a variance of 1/2 over its 2 trainings.
        Assert.That((paired.Value, paired.StandardError), Is.EqualTo((1.0, (double?)0)));
        Assert.That(apart.StandardError, Is.EqualTo(Math.Sqrt((0.5 / 2) + (0.5 / 2))).Within(1e-12));
    }

    [Test]
    public void ANumberOfAllTestSetsScattersBetweenTrainings()
    {
        ContrastEstimate times = Contrast.Estimate(SimulatedScores.Term([1.0, 2, 3, 4, 5]))!;
        ContrastEstimate calibration = Contrast.Estimate(
            SimulatedScores.Term([0.1], testSetDeviation: 0.02),
            SimulatedScores.Term([0.15], -1, testSetDeviation: 0.02)
        )!;
        ContrastEstimate once = Contrast.Estimate(SimulatedScores.Term([1.5]))!;

        Assert.Multiple(() =>
        {
            Assert.That(times.HalfWidth(), Is.EqualTo(T4 * Math.Sqrt(2.5 / 5)).Within(1e-5));
            Assert.That((times.TestSets, times.Basis), Is.EqualTo((0, "5 trainings")));
            Assert.That(calibration.HalfWidth(), Is.EqualTo(1.959964 * 0.02 * Math.Sqrt(2)).Within(1e-6));
            Assert.That(calibration.OneTraining);
            Assert.That(
                (once.Value, once.StandardError, once.Low, once.High),
                Is.EqualTo((1.5, (double?)null, double.NegativeInfinity, double.PositiveInfinity))
            );
        });
    }

    [Test]
    public void ASpreadFromElsewhereStandsInForASecondTraining()
    {
        TrainingSpread elsewhere = new(0.0004, 4, "FMPE, 100 steps");
        ContrastTerm many = SimulatedScores.Term(new double[,] { { 0.61, 0.70, 0.66 }, { 0.61, 0.70, 0.66 } });
        ContrastTerm one = SimulatedScores.Term(new double[,] { { 0.60, 0.66, 0.65 } }, -1, elsewhere: elsewhere);

        ContrastEstimate difference = Contrast.Estimate(many, one)!;

        Assert.That(difference.StandardError, Is.EqualTo(Math.Sqrt(0.0001 + 0.0004)).Within(1e-12));
        Assert.That(
            difference.DegreesOfFreedom,
            Is.EqualTo(0.0005 * 0.0005 / ((0.0001 * 0.0001 / 2) + (0.0004 * 0.0004 / 4))).Within(1e-9)
        );
        Assert.That(difference.Basis, Is.EqualTo("3 test sets, 2 and 1 trainings, spread between trainings from FMPE, 100 steps"));
        Assert.That(difference.OneTraining, Is.False);
    }

    [Test]
    public void OnlyTestSetsThatEveryTrainingHasCountAndATrainingThatLacksMostDoesNot()
    {
        ReplicatedValues values = new(
        [
            .. Rows(0, 0.1, 0.2, 0.3, 0.4), .. Rows(1, 0.3, 0.4, 0.5), .. Rows(2, 9.0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0, 3, 1, "diverged"),
        ]);

        ContrastEstimate estimate = Contrast.Estimate(new ContrastTerm { Budget = 1024, Values = values })!;

        Assert.That(estimate.Value, Is.EqualTo(0.3).Within(1e-12));
        Assert.That(estimate.Basis, Is.EqualTo("3 test sets, 2 trainings, 1 left out"));

        static IEnumerable<Measurement> Rows(int replicate, params double[] values) =>
            values.Select((v, j) => SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", v, j, replicate));
    }

    [Test]
    public void ARatioHasFiellersInterval()
    {
        // With the difference numerator - r denominator = (2 - r) +- 0.1 sqrt(1 + r^2) the ends solve (2 - r)^2 = 0.01 (1 + r^2).
        double error = 0.1 / 1.959963984540054;
        RatioInterval ratio = RatioInterval.Of(
            r => new ContrastEstimate
            {
                Value = 2 - r,
                StandardError = error * Math.Sqrt(1 + (r * r)),
                Trainings = [1, 1],
            },
            2
        )!;
        double half = Math.Sqrt(16 - (4 * 0.99 * 3.99));

        Assert.That(ratio.Low, Is.EqualTo((4 - half) / 1.98).Within(1e-6));
        Assert.That(ratio.High, Is.EqualTo((4 + half) / 1.98).Within(1e-6));
    }

    [Test]
    public void TwoTestSetsHaveTheWidestInterval() =>
        Assert.That(
            Contrast
                .Estimate(
                    SimulatedScores.Term(
                        new double[,]
                        {
                            { 0.6, 0.7 },
                        }
                    )
                )!
                .HalfWidth(),
            Is.EqualTo(T1 * 0.05).Within(1e-5)
        );

    /// <summary>Trainings alone say nothing of other test sets; a time has none.</summary>
    [Test]
    public void ANumberOfAllTestSetsWhoseScatterOverThemIsUnknownHasNoInterval()
    {
        ContrastTerm known = SimulatedScores.Term([1.0, 2, 3]);
        ContrastTerm unknown = known with
        {
            Weight = -1,
            Values = new ReplicatedValues(Enumerable.Range(0, 3).Select(
                r => SyntheticResults.Row("gmm", 1024, "cmpe", 10, "z_score", r, null, r))),
        };

        Assert.That(Contrast.Estimate(known)!.StandardError, Is.Not.Null);
        Assert.That(Contrast.Estimate(unknown)!.StandardError, Is.Null);
        Assert.That(Contrast.Estimate(known, unknown)!.StandardError, Is.Null);
    }
}
