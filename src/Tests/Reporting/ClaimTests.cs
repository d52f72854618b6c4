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
    public void Lower_holds_when_the_whole_interval_is_below_zero()
    {
        var finding = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Right = Side("fmpe", 1000) }.Judge(_evidence);

        Assert.Multiple(() =>
        {
            Assert.That(finding.Verdict, Is.EqualTo(Verdict.Reproduced));
            Assert.That(finding.Numbers, Does.Match(@"^CMPE, 10 steps: 0\.600; FMPE, 1000 steps: 0\.620; difference -0\.0\d+ ± 0\.0\d+ \(95 % interval -0\.0\d+ to -0\.0\d+, 50 test sets\)$"));
            Assert.That(finding.Published, Is.EqualTo("CMPE, 10 steps: 0.612"));
        });
    }

    [Test]
    public void Lower_fails_the_other_way_round_and_when_the_sides_cannot_be_told_apart()
    {
        var reversed = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("fmpe", 1000), Right = Side("cmpe", 10) }.Judge(_evidence);
        var equal = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Right = Side("nsf", 1) }.Judge(_evidence);

        Assert.Multiple(() =>
        {
            Assert.That((reversed.Verdict, reversed.Numbers), Is.EqualTo((Verdict.NotReproduced, reversed.Numbers)));
            Assert.That(reversed.Numbers, Does.EndWith("; the opposite holds"));
            Assert.That(equal.Verdict, Is.EqualTo(Verdict.NotReproduced));
            Assert.That(equal.Numbers, Does.EndWith("; cannot be told apart"));
        });
    }

    [TestCase(0.05, Verdict.Reproduced)]
    [TestCase(0.0, Verdict.NotReproduced)]
    [TestCase(-0.05, Verdict.NotReproduced)]
    public void Tolerance_shifts_what_must_be_beaten(double tolerance, Verdict expected)
    {
        var claim = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Right = Side("nsf", 1), Tolerance = tolerance };

        Assert.That(claim.Judge(_evidence).Verdict, Is.EqualTo(expected));
    }

    [TestCase(0.7, Verdict.Reproduced)]
    [TestCase(0.6, Verdict.NotReproduced)]
    public void Lower_than_a_constant(double constant, Verdict expected)
    {
        var claim = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Constant = constant };

        Assert.That(claim.Judge(_evidence).Verdict, Is.EqualTo(expected));
    }

    [Test]
    public void A_claim_about_something_missing_is_not_measured_and_says_what()
    {
        var evidence = Evidence(("cmpe", 10, 0.6, 0)) with { };
        var finding = new LowerClaim { Id = "a", Text = "t", Source = "s", Left = Side("cmpe", 10), Right = Side("fmpe", 1000) }.Judge(evidence);
        var best = new BestClaim { Id = "a", Text = "t", Source = "s", Best = Side("cmpe", 10), Others = [Side("acf", 1)] }.Judge(Failed());

        Assert.Multiple(() =>
        {
            Assert.That((finding.Verdict, finding.Numbers), Is.EqualTo((Verdict.NotMeasured, "FMPE, 1000 steps (budget 1024): not measured")));
            Assert.That((best.Verdict, best.Numbers), Is.EqualTo((Verdict.NotMeasured, "ACF (budget 1024): failed: diverged")));
        });
    }

    [Test]
    public void Best_must_beat_every_other()
    {
        BestClaim Claim(params ClaimSelection[] others) => new() { Id = "a", Text = "t", Source = "s", Best = Side("cmpe", 10), Others = others };

        Assert.Multiple(() =>
        {
            Assert.That(Claim(Side("fmpe", 1000), Side("fmpe", 30)).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Reproduced));
            Assert.That(Claim(Side("fmpe", 1000), Side("nsf", 1)).Judge(_evidence).Verdict, Is.EqualTo(Verdict.NotReproduced));
            Assert.That(Claim(Side("fmpe", 1000), Side("nsf", 1)).Judge(_evidence).Numbers, Does.EndWith("(cannot be told apart)"));
        });
    }

    [TestCase(8, 20, 0, Verdict.Reproduced)]
    [TestCase(20, 50, 0, Verdict.NotReproduced)]
    [TestCase(20, 50, 0.05, Verdict.Reproduced)]
    public void Best_steps_lie_in_a_range(int from, int to, double tolerance, Verdict expected)
    {
        var claim = new BestStepsClaim { Id = "a", Text = "t", Source = "s", Contender = "cmpe", Budget = 1024, Steps = [5, 10, 30, 50], From = from, To = to, Tolerance = tolerance };

        var finding = claim.Judge(_evidence);

        Assert.That(finding.Verdict, Is.EqualTo(expected));
        Assert.That(finding.Numbers, Does.StartWith("lowest at 10 steps (0.600); ").And.Match(@"in (100|0) % of bootstrap resamples of 50 test sets$"));
    }

    [TestCase(50.0, null, Verdict.Reproduced)]
    [TestCase(50.0, 100.0, Verdict.Reproduced)]
    [TestCase(90.0, null, Verdict.NotReproduced)]
    [TestCase(null, 60.0, Verdict.NotReproduced)]
    public void Ratio_of_times(double? atLeast, double? atMost, Verdict expected)
    {
        var evidence = new ClaimEvidence(
            new MeasurementTable(
            [
                SyntheticResults.Row("gmm", 1024, "fmpe", 1000, "seconds_per_1000_draws", 0.75, null),
                SyntheticResults.Row("gmm", 1024, "cmpe", 10, "seconds_per_1000_draws", 0.01, null),
            ]), PublishedResults.None, "gmm", "paper");
        var claim = new RatioClaim
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Metric = "seconds_per_1000_draws",
            Numerator = Side("fmpe", 1000),
            Denominator = Side("cmpe", 10),
            AtLeast = atLeast,
            AtMost = atMost,
        };

        var finding = claim.Judge(evidence);

        Assert.That(finding.Verdict, Is.EqualTo(expected));
        Assert.That(finding.Numbers, Does.StartWith("FMPE, 1000 steps: 0.75; CMPE, 10 steps: 0.010; ratio 75.0 (expected "));
    }

    [Test]
    public void Trend_needs_the_ends_and_no_contrary_neighbours()
    {
        TrendClaim Claim(TrendDirection direction, params int[] points) =>
            new() { Id = "a", Text = "t", Source = "s", Contender = "cmpe", Budget = 1024, Along = TrendAxis.Steps, Points = points, Direction = direction };

        Assert.Multiple(() =>
        {
            Assert.That(Claim(TrendDirection.Increases, 10, 30, 50).Judge(_evidence).Verdict, Is.EqualTo(Verdict.Reproduced));
            Assert.That(Claim(TrendDirection.Decreases, 10, 30, 50).Judge(_evidence).Verdict, Is.EqualTo(Verdict.NotReproduced));
            Assert.That(Claim(TrendDirection.Increases, 5, 10, 50).Judge(_evidence).Verdict, Is.EqualTo(Verdict.NotReproduced));
            Assert.That(Claim(TrendDirection.Increases, 5, 10, 50).Judge(_evidence).Numbers, Does.EndWith("; the other way from 5 to 10"));
        });
    }

    [Test]
    public void Every_kind_has_a_name_and_every_claim_a_kind()
    {
        var claims = typeof(Claim).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Claim)));

        Assert.That(Claim.Kinds.Values, Is.EquivalentTo(claims));
    }

    [Test]
    public void The_interval_of_a_paired_difference_is_that_of_the_mean()
    {
        var left = Enumerable.Range(0, 400).ToDictionary(i => i, i => Math.Sin(i) + 0.01 * i);
        var right = Enumerable.Range(0, 400).ToDictionary(i => i, i => 0.01 * i);

        var difference = PairedDifference.Of(left, right, "test sets")!;

        // Mean of sine about 0, sd 1/sqrt 2 over 20; the bootstrap's 2.5 % point is within a few percent of 1.96 standard errors.
        Assert.Multiple(() =>
        {
            Assert.That(difference.StandardError, Is.EqualTo(0.7071 / 20).Within(0.001));
            Assert.That(difference.High - difference.Low, Is.EqualTo(2 * 1.96 * difference.StandardError!.Value).Within(0.01));
            Assert.That(difference.Pairs, Is.EqualTo(400));
        });
    }

    [Test]
    public void The_papers_number_of_a_contender_with_a_named_network_stands_beside_the_claim()
    {
        var finding = new LowerClaim
        {
            Id = "a",
            Text = "t",
            Source = "s",
            Metric = MetricStyle.Seconds,
            Left = new ClaimSelection { Contender = "cmpe-naive", Budget = 2000, Steps = 2 },
            Right = new ClaimSelection { Contender = "fmpe-unet", Budget = 2000, Steps = 248 },
        }.Judge(new ClaimEvidence(new MeasurementTable([]), PublishedResultsTests.Published, "denoising", "paper"));

        Assert.That(finding.Published, Is.EqualTo("CMPE naive, 2 steps: 0.30; FMPE U-Net, 248 steps: 570"));
    }

    private static ClaimSelection Side(string contender, int steps) => new() { Contender = contender, Budget = 1024, Steps = steps };

    private static ClaimEvidence Evidence(params (string Contender, int Steps, double Mean, double Noise)[] sides)
    {
        var rows = sides.SelectMany((s, k) => Enumerable.Range(0, DataSets).Select(j =>
            SyntheticResults.Row("gmm", 1024, s.Contender, s.Steps, "c2st", s.Mean + 0.1 * (j % 2 - 0.5) + s.Noise * Math.Sin(2 * Math.PI * (3 + k) * j / DataSets), j)));
        var published = new PublishedResults([new() { Source = "fig3", Experiment = "gmm", Network = "", Budget = 1024, Contender = "cmpe", Steps = 10, Metric = "c2st", Value = 0.612 }]);
        return new ClaimEvidence(new MeasurementTable(rows), published, "gmm", "paper");
    }

    private static ClaimEvidence Failed() => new(
        new MeasurementTable(
        [
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
            SyntheticResults.Row("gmm", 1024, "acf", 1, "c2st", 0, 0, status: "diverged"),
        ]), PublishedResults.None, "gmm", "paper");
}
