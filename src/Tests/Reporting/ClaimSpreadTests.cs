using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

/// <summary>Where a claim's interval comes from: trainings, test sets, and the trainings of others where there is one alone.</summary>
[TestFixture]
internal sealed class ClaimSpreadTests
{
    [Test]
    public void OneTrainingBorrowsFromTheLowerOfTwoBudgetsThatAreEquallyNear([Values(512, 1024, 2048, 4096)] int lower)
    {
        IEnumerable<Measurement> At(int budget, params double[] means) =>
            Trainings("fmpe", 10, means).Select(r => r with { Budget = budget });
        MeasurementTable table = new([.. At(lower, 0.63, 0.64, 0.65), .. At(2 * lower, 0.62), .. At(4 * lower, 0.63, 0.73, 0.83)]);

        MeasurementKey key = new("gmm", "paper", new Setting("fmpe", 2 * lower, 10), "c2st");
        ContrastTerm term = SettingContrast.Term(table, key, SyntheticResults.Styles);

        Assert.That(term.Elsewhere!.Source, Is.EqualTo($"FMPE, 10 steps at {lower}"));
    }

    [Test]
    public void OneTrainingBorrowsTheSpreadOfTheSameNetworksWithOtherSteps()
    {
        Measurement[] rows =
        [
            .. Trainings("fmpe", 1000, 0.62), .. Trainings("fmpe", 100, 0.63, 0.64, 0.65), .. Trainings("fmpe", 30, 0.63, 0.73, 0.83),
            .. Trainings("cmpe", 10, 0.60, 0.60, 0.60), .. Trainings("nsf", 1, 0.70),
        ];
        ClaimEvidence evidence = new(new MeasurementTable(rows), PublishedResults.None, "gmm", "paper", SyntheticResults.Styles);
        LowerClaim claim = new() { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Right = Side("fmpe", 1000) };

        ClaimFinding borrowed = claim.Judge(evidence), alone = (claim with { Right = Side("nsf", 1) }).Judge(evidence);

        Assert.Multiple(() =>
        {
            Assert.That(borrowed.Numbers, Does.EndWith("(4 test sets, 3 and 1 trainings, spread between trainings from FMPE, 100 steps)"));
            Assert.That((borrowed.Verdict, borrowed.OneTraining), Is.EqualTo((Verdict.Undecided, false)));
            Assert.That((alone.Verdict, alone.OneTraining), Is.EqualTo((Verdict.Reproduced, true)));
        });
    }

    [Test]
    public void ACalibrationErrorScattersOverTestSetsToo()
    {
        LowerClaim claim = new()
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Metric = MetricStyle.MaxEce,
            Left = Side("cmpe", 10),
            Right = Side("acf", 1),
        };
        Measurement[] Rows(string contender, int steps, double error) =>
            [
                SyntheticResults.Row("gmm", 1024, contender, steps, "ece_max", error, null),
                .. Enumerable.Range(0, 100).Select(j => SyntheticResults.Row("gmm", 1024, contender, steps, "rmse", 1, j)),
            ];
        Verdict Judge(double left, double right) =>
            claim
                .Judge(
                    new ClaimEvidence(
                        new MeasurementTable([.. Rows("cmpe", 10, left), .. Rows("acf", 1, right)]),
                        PublishedResults.None,
                        "gmm",
                        "paper",
                        SyntheticResults.Styles
                    )
                )
                .Verdict;

        // 0.25 / 10 of either: differences within 0.069 may be chance.
        Assert.That(
            (Judge(0.099, 0.117), Judge(0.099, 0.175), Judge(0.175, 0.099)),
            Is.EqualTo((Verdict.Undecided, Verdict.Reproduced, Verdict.Contradicted))
        );
    }

    [Test]
    public void ATimeIsMeasuredAgainAtEveryBudget()
    {
        Measurement[] rows =
        [
            .. new[] { 0.9, 1.0, 1.1 }.Select((t, i) => SyntheticResults.Row("gmm", 512 << i, "fmpe", 1000, "seconds", t, null)),
            .. new[] { 0.01, 0.01, 0.01 }.Select((t, i) => SyntheticResults.Row("gmm", 512 << i, "cmpe", 10, "seconds", t, null)),
        ];

        ContrastEstimate time = new MeasurementTable(rows)
            .Summarise(new MeasurementKey("gmm", "paper", new Setting("fmpe", 1024, 1000), "seconds"))
            .Estimate!;

        // Standard deviation 0.1 with two degrees of freedom, of one measurement.
        Assert.That(time.HalfWidth(), Is.EqualTo(4.30265 * 0.1).Within(1e-5));
        Assert.That(time.Basis, Is.EqualTo("one training, spread between trainings from the other budgets"));
    }

    private static ClaimSelection Side(string contender, int steps) => new() { Contender = contender, Budget = 1024, Steps = steps };

    private static IEnumerable<Measurement> Trainings(string contender, int steps, params double[] means) =>
        from training in means.Select((mean, r) => (mean, r))
        from j in Enumerable.Range(0, 4)
        select SyntheticResults.Row("gmm", 1024, contender, steps, "c2st", training.mean + (0.001 * ((j * steps) % 3)), j, training.r);
}
