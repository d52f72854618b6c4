using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class ClaimTests
{
    private const int DataSets = 50;

    // CMPE is better than FMPE by 0.02 on every test set give or take 0.01; test sets differ by ten times that.
    private static readonly ClaimEvidence _evidence = Evidence(
        ("cmpe", 10, 0.60, 0), ("fmpe", 1000, 0.62, 0.01), ("fmpe", 30, 0.70, 0.01), ("nsf", 1, 0.60, 0.01),
        ("cmpe", 5, 0.63, 0.002), ("cmpe", 30, 0.64, 0.002), ("cmpe", 50, 0.68, 0.002));

    [Test]
    public void LowerHoldsWhenTheWholeIntervalIsBelowZero()
    {
        ClaimFinding finding = Lower(Side("cmpe", 10), Side("fmpe", 1000)).Judge(_evidence);

        Assert.Multiple(() =>
        {
            Assert.That(finding.Verdict, Is.EqualTo(Verdict.Reproduced));
            Assert.That(
                finding.Numbers,
                Does.Match(
                    @"^CMPE, 10 steps: 0\.600; FMPE, 1000 steps: 0\.620; difference -0\.0\d+ ± 0\.0\d+ \(50 test sets, one training\)$"
                )
            );
            Assert.That(finding.Published, Is.EqualTo("CMPE, 10 steps: 0.612 (Figure 3)"));
        });
    }

    [Test]
    public void LowerIsContradictedTheOtherWayRoundAndUndecidedWhenTheSidesCannotBeToldApart()
    {
        ClaimFinding reversed = Lower(Side("fmpe", 1000), Side("cmpe", 10)).Judge(_evidence);
        ClaimFinding equal = Lower(Side("cmpe", 10), Side("nsf", 1)).Judge(_evidence);

        Assert.Multiple(() =>
        {
            Assert.That(reversed.Verdict, Is.EqualTo(Verdict.Contradicted));
            Assert.That(equal.Verdict, Is.EqualTo(Verdict.Undecided));
            Assert.That((reversed.OneTraining, equal.OneTraining), Is.EqualTo((true, true)));
        });
    }

    [TestCase(0.05, Verdict.Reproduced)]
    [TestCase(0.0, Verdict.Undecided)]
    [TestCase(-0.05, Verdict.Contradicted)]
    public void ToleranceShiftsWhatMustBeBeaten(double tolerance, Verdict expected)
    {
        LowerClaim claim = Lower(Side("cmpe", 10), Side("nsf", 1)) with { Tolerance = tolerance };

        Assert.That(claim.Judge(_evidence).Verdict, Is.EqualTo(expected));
    }

    [TestCase(0.7, Verdict.Reproduced)]
    [TestCase(0.6, Verdict.Undecided)]
    [TestCase(0.5, Verdict.Contradicted)]
    public void LowerThanAConstant(double constant, Verdict expected)
    {
        var claim = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Constant = constant };

        Assert.That(claim.Judge(_evidence).Verdict, Is.EqualTo(expected));
    }

    [Test]
    public void AClaimAboutSomethingMissingIsNotMeasuredAndSaysWhat()
    {
        ClaimEvidence evidence = Evidence(("cmpe", 10, 0.6, 0)) with { };
        ClaimFinding finding = Lower(Side("cmpe", 10), Side("fmpe", 1000)).Judge(evidence);
        ClaimFinding best = new BestClaim
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Best = Side("cmpe", 10),
            Others = [Side("acf", 1)],
        }.Judge(Failed());

        Assert.Multiple(() =>
        {
            Assert.That(
                (finding.Verdict, finding.Numbers),
                Is.EqualTo((Verdict.NotMeasured, "FMPE, 1000 steps (budget 1024): not measured"))
            );
            Assert.That((best.Verdict, best.Numbers), Is.EqualTo((Verdict.NotMeasured, "ACF (budget 1024): failed: diverged")));
        });
    }

    [Test]
    public void BestMustBeatEveryOther()
    {
        BestClaim Claim(params ClaimSelection[] others) =>
            new()
            {
                Id = "a",
                Text = "t",
                Source = "s",
                Best = Side("cmpe", 10),
                Others = others,
            };

        Assert.Multiple(() =>
        {
            Assert.That(Claim(Side("fmpe", 1000), Side("fmpe", 30)).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Reproduced));
            Assert.That(Claim(Side("fmpe", 1000), Side("nsf", 1)).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Undecided));
            Assert.That(Claim(Side("fmpe", 1000), Side("nsf", 1)).Judge(_evidence).Numbers, Does.EndWith("(cannot be told apart)"));
            Assert.That(
                (Claim(Side("cmpe", 5)) with { Best = Side("fmpe", 30) }).Judge(_evidence).Verdict,
                Is.EqualTo(Verdict.Contradicted)
            );
            Assert.That(
                (Claim(Side("cmpe", 5)) with { Best = Side("fmpe", 30) }).Judge(_evidence).Numbers,
                Does.EndWith("(lower than the claimed best)")
            );
        });
    }

    [TestCase(8, 20, 0, Verdict.Reproduced)]
    [TestCase(20, 50, 0, Verdict.Contradicted)]
    [TestCase(20, 50, 0.05, Verdict.Reproduced)]
    public void BestStepsLieInARange(int from, int to, double tolerance, Verdict expected)
    {
        var claim = new BestStepsClaim
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Contender = "cmpe",
            Budget = 1024,
            Steps = [5, 10, 30, 50],
            From = from,
            To = to,
            Tolerance = tolerance,
        };

        ClaimFinding finding = claim.Judge(_evidence);

        Assert.That(finding.Verdict, Is.EqualTo(expected));
        Assert.That(
            finding.Numbers,
            Does.StartWith("lowest at 10 steps (0.600); ")
                .And.EndsWith(
                    (expected == Verdict.Reproduced ? "every other number of steps is worse" : "not told to be worse: 5, 10 steps")
                        + " (50 test sets, one training)"
                )
        );
    }

    // 8 steps were trained once and look best, 10 five times: the reader is told.
    [Test]
    public void BestStepsTellTrainingsApart()
    {
        ClaimEvidence evidence = new(
            new MeasurementTable(
            [
                .. from steps in new[] { 8, 10, 50 }
                   from replicate in Enumerable.Range(0, steps == 10 ? 5 : 1)
                   from set in Enumerable.Range(0, 10)
                   select SyntheticResults.Row(
                       "gmm", 1024, "cmpe", steps, "c2st", 0.6 + 0.001 * steps + 0.004 * replicate + 0.01 * set, set, replicate),
            ]),
            PublishedResults.None, "gmm", "paper", SyntheticResults.Styles);
        ClaimFinding finding = new BestStepsClaim
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Contender = "cmpe",
            Budget = 1024,
            Steps = [8, 10, 50],
            From = 5,
            To = 15,
        }.Judge(evidence);

        Assert.That(
            finding.Numbers,
            Does.StartWith("lowest at 8 steps (0.653, one training); best of 5 to 15: 8 steps (0.653, one training)")
                .And.Contain("(10 test sets, 1 and 5 trainings, spread between trainings from CMPE, 10 steps)"));
    }

    // Ratio 75.0 with three trainings: numerator less 75 times the denominator is -0.0025, 0 and 0.0025, so 75 is known to 4.3 0.00144 /
    // 0.01 = 0.62.
    [TestCase(50.0, null, Verdict.Reproduced)]
    [TestCase(50.0, 100.0, Verdict.Reproduced)]
    [TestCase(74.5, null, Verdict.Undecided)]
    [TestCase(90.0, null, Verdict.Contradicted)]
    [TestCase(null, 60.0, Verdict.Contradicted)]
    public void RatioOfTimes(double? atLeast, double? atMost, Verdict expected)
    {
        ClaimFinding finding = Ratio(atLeast, atMost, [0.74, 0.75, 0.76], [0.0099, 0.0100, 0.0101]);

        Assert.That(finding.Verdict, Is.EqualTo(expected));
        Assert.That(
            finding.Numbers,
            Does.StartWith("FMPE, 1000 steps: 0.75; CMPE, 10 steps: 0.010; ratio 75.0, 95 % interval 74.4 to 75.6 (3 trainings) (expected ")
        );
    }

    [Test]
    public void RatioOfSingleTimesIsUndecided()
    {
        ClaimFinding finding = Ratio(50, null, [0.75], [0.01]);

        Assert.That((finding.Verdict, finding.OneTraining), Is.EqualTo((Verdict.Undecided, true)));
        Assert.That(finding.Numbers, Does.EndWith("ratio 75.0, no interval (one training) (expected at least 50)"));
    }

    [Test]
    public void TrendNeedsTheEndsAndNoContraryNeighbours()
    {
        TrendClaim Claim(TrendDirection direction, params int[] points) =>
            new()
            {
                Id = "a",
                Text = "t",
                Source = "s",
                Contender = "cmpe",
                Budget = 1024,
                Along = TrendAxis.Steps,
                Points = points,
                Direction = direction,
            };

        Assert.Multiple(() =>
        {
            Assert.That(Claim(TrendDirection.Increases, 10, 30, 50).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Reproduced));
            Assert.That(Claim(TrendDirection.Decreases, 10, 30, 50).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Contradicted));
            Assert.That(Claim(TrendDirection.Increases, 5, 10, 50).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Contradicted));
            Assert.That(Claim(TrendDirection.Increases, 5, 10, 50).Judge(_evidence).Numbers, Does.EndWith("; the other way from 5 to 10"));
        });
    }

    [Test]
    public void EveryKindHasANameAndEveryClaimAKind()
    {
        IEnumerable<Type> claims = typeof(Claim).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Claim)));

        Assert.That(Claim.Kinds.Values, Is.EquivalentTo(claims));
    }

    [Test]
    public void ThePapersNumberOfAContenderWithANamedNetworkStandsBesideTheClaim()
    {
        ClaimFinding finding = new LowerClaim
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Metric = MetricStyle.Seconds,
            Left = new ClaimSelection
            {
                Contender = "cmpe-naive",
                Budget = 2000,
                Steps = 2,
            },
            Right = new ClaimSelection
            {
                Contender = "fmpe-unet",
                Budget = 2000,
                Steps = 248,
            },
        }.Judge(
            new ClaimEvidence(new MeasurementTable([]), PublishedResultsTests.Published, "denoising", "paper", PublishedResultsTests.Styles)
        );

        Assert.That(finding.Published, Is.EqualTo("CMPE naive, 2 steps: 0.30 (Table 2); FMPE U-Net, 248 steps: 570 (Table 2)"));
    }

    private static LowerClaim Lower(ClaimSelection left, ClaimSelection right) =>
        new() { Id = "a", Text = "t", Source = "s", Left = left, Right = right };

    private static ClaimSelection Side(string contender, int steps) => new() { Contender = contender, Budget = 1024, Steps = steps };

    private static ClaimEvidence Evidence(params (string Contender, int Steps, double Mean, double Noise)[] sides)
    {
        IEnumerable<Measurement> rows = sides.SelectMany(
            (s, k) =>
                Enumerable
                    .Range(0, DataSets)
                    .Select(j =>
                        SyntheticResults.Row(
                            "gmm",
                            1024,
                            s.Contender,
                            s.Steps,
                            "c2st",
                            s.Mean + 0.1 * (j % 2 - 0.5) + s.Noise * Math.Sin(2 * Math.PI * (3 + k) * j / DataSets),
                            j
                        )
                    )
        );
        var published = new PublishedResults([
            SyntheticResults.Published("fig3", "gmm", 1024, "cmpe", 10, "c2st", 0.612),
        ]);
        return new ClaimEvidence(new MeasurementTable(rows), published, "gmm", "paper", SyntheticResults.Styles);
    }

    private static ClaimFinding Ratio(double? atLeast, double? atMost, double[] numerator, double[] denominator) => new RatioClaim
    {
        Id = "a",
        Text = "t",
        Source = "s",
        Metric = "seconds_per_1000_draws",
        Numerator = Side("fmpe", 1000),
        Denominator = Side("cmpe", 10),
        AtLeast = atLeast,
        AtMost = atMost,
    }.Judge(new ClaimEvidence(
        new MeasurementTable(
        [
            .. numerator.Select((t, r) => SyntheticResults.Row("gmm", 1024, "fmpe", 1000, "seconds_per_1000_draws", t, null, r)),
            .. denominator.Select((t, r) => SyntheticResults.Row("gmm", 1024, "cmpe", 10, "seconds_per_1000_draws", t, null, r)),
        ]), PublishedResults.None, "gmm", "paper", SyntheticResults.Styles));

    private static ClaimEvidence Failed() => new(
        new MeasurementTable(
        [
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
            SyntheticResults.Row("gmm", 1024, "acf", 1, "c2st", 0, 0, status: "diverged"),
        ]), PublishedResults.None, "gmm", "paper", SyntheticResults.Styles);
}
