using System.Globalization;
using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Nightly;

/// <summary>What the nightly catches and what it lets pass, on numbers with the noise of another machine.</summary>
[TestFixture]
internal sealed class NightlyComparisonTests
{
    private const string Here = "AMD EPYC, 2 cores", Elsewhere = "Another, 8 cores";
    private string _report = "";

    [SetUp]
    public void SetUp() => _report = Path.GetTempFileName();

    [TearDown]
    public void TearDown() => File.Delete(_report);

    [Test]
    public void AnUnchangedTreePasses([Range(1, 10)] int night) =>
        Assert.That(Regressions(new SyntheticNight(night)), Is.Empty);

    [Test]
    public void AnUnchangedTreePassesOnAMachineOfAnotherSpeed([Range(1, 10)] int night) =>
        Assert.That(Regressions(new SyntheticNight(night) { Machine = 3 }, Elsewhere), Is.Empty);

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AnUnchangedTreeHardlyEverFails()
    {
        int failed = Enumerable.Range(100, 200).Count(night => Regressions(new SyntheticNight(night)).Count > 0);

        Assert.That(failed, Is.LessThanOrEqualTo(2), "of 200 nights");
    }

    [Test]
    public void TheSameBitsAreUnchanged() =>
        Assert.That(Compare(new SyntheticNight(null), Here).Select(v => v.Outcome), Is.All.EqualTo(NightlyOutcome.Unchanged));

    [TestCase("c2st", 1.12)]
    [TestCase("rmse", 1.25)]
    public void APlantedQualityLossIsCaught(string metric, double factor)
    {
        for (int night = 1; night <= 10; night++)
        {
            SyntheticNight changed = new(night)
            {
                Change = row => row is { Contender: "cmpe", Steps: 10 } && row.Metric == metric ? factor : 1,
            };

            Assert.That(
                Regressions(changed),
                Has.Count.EqualTo(1).And.One.Contains($"gmm: cmpe, 1024 simulations, 10 steps: {metric} is ")
            );
        }
    }

    [Test]
    public void ACalibrationThatIsLostIsCaught()
    {
        SyntheticNight changed = new(3) { Change = row => row is { Contender: "acf", Metric: "ece_max" } ? 5 : 1 };

        Assert.That(Regressions(changed), Has.Count.EqualTo(1).And.One.StartsWith("gmm: acf, 1024 simulations: ece_max is "));
    }

    [TestCase(Here, 1.7)]
    [TestCase(Elsewhere, 3.5)]
    public void APlantedSlowdownIsCaught(string machine, double factor)
    {
        for (int night = 1; night <= 10; night++)
        {
            SyntheticNight changed = new(night) { Slowdown = name => name == "Vectors cmpe" ? factor : 1, Machine = 2 };

            Assert.That(
                Regressions(changed, machine),
                Has.Count.EqualTo(1).And.One.StartsWith("TrainingBenchmarks: cmpe, Vectors: ratio to LibtorchProducts is "));
        }
    }

    [Test]
    public void WhatIsMissingIsCaught()
    {
        List<NightlyEntry> baseline = Entries(new SyntheticNight(null));
        NightlyEntry[] night = Entries(new SyntheticNight(1)).Where(e => e.Contender != "nsf" && e.Setting != "fmpe, Operations").ToArray();

        string[] missing = Verdicts(baseline, night, Here).Where(v => v.IsRegression).Select(v => v.Describe()).ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(missing, Has.Length.EqualTo(4), "C2ST, RMSE, calibration error and a benchmark");
            Assert.That(missing, Has.One.StartsWith("gmm: nsf, 1024 simulations: c2st is missing (not measured); baseline 0."));
            Assert.That(
                missing,
                Has.One.StartsWith("TrainingBenchmarks: fmpe, Operations: ratio to LibtorchProducts is missing (not measured); baseline 1.")
            );
        });
    }

    [Test]
    public void AFailedTrainingIsCaughtWithItsReason()
    {
        IReadOnlyList<Measurement> rows = new SyntheticNight(null).Measurements().Rows;
        IEnumerable<Measurement> night = rows.Select(r =>
            r.Contender == "acf" && r.Metric == "c2st" ? r with { Value = double.NaN, Status = "diverged" } : r);

        IReadOnlyList<NightlyVerdict> verdicts = Verdicts(
            Entries(new SyntheticNight(null)),
            [.. NightlyQuality.Entries(new MeasurementTable(night), SyntheticResults.Styles)],
            Here
        );

        Assert.That(
            verdicts.Where(v => v.IsRegression && v.Entry.Kind == NightlyKind.Quality).Select(v => v.Describe()),
            Has.Exactly(1).StartsWith("gmm: acf, 1024 simulations: c2st is missing (20 of 20 failed: diverged); baseline "));
    }

    [Test]
    public void AGainIsNoRegression()
    {
        SyntheticNight changed = new(1)
        {
            Slowdown = name => name == "Vectors cmpe" ? 0.4 : 1,
            Change = row => row is { Contender: "acf", Metric: "c2st" } ? 0.85 : 1,
        };

        IReadOnlyList<NightlyVerdict> verdicts = Compare(changed, Here);

        Assert.Multiple(() =>
        {
            Assert.That(verdicts.Where(v => v.IsRegression), Is.Empty);
            Assert.That(
                verdicts.Where(v => v.Outcome == NightlyOutcome.Better).Select(v => v.Entry.Setting),
                Is.EqualTo(new[] { "acf, 1024 simulations", "cmpe, Vectors" })
            );
        });
    }

    [TestCase(new[] { 1.0, 1.4, 2.4 }, NightlyOutcome.Noisy)]
    [TestCase(new[] { 2.6, 3.0, 3.8 }, NightlyOutcome.Worse)]
    [TestCase(new[] { 1.0, 1.02, 1.1 }, NightlyOutcome.Unchanged)]
    public void RoundsThatScatterAreNotJudgedUnlessAllAreSlower(double[] ratios, NightlyOutcome expected)
    {
        string[] rounds = [.. ratios.Select((_, i) => $"{_report}{i}")];
        try
        {
            foreach ((string file, double ratio) in rounds.Zip(ratios))
            {
                File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$$"""
                    {"Benchmarks": [
                      {"Type": "T", "Method": "M", "Parameters": "", "Statistics": {"OriginalValues": [{{{100 * ratio}}}, 900]}},
                      {"Type": "T", "Method": "LibtorchM", "Parameters": "", "Statistics": {"OriginalValues": [700, 100]}}
                    ]}
                    """));
            }

            NightlyEntry night = BenchmarkReports.Read(rounds).Single();
            NightlyVerdict verdict = Verdicts([night with { Value = 1, StandardError = 0 }], [night], Here).Single();

            Assert.That(night.Value, Is.EqualTo(ratios[1]).Within(1e-12), "the median of the rounds");
            Assert.That(verdict.Outcome, Is.EqualTo(expected));
        }
        finally
        {
            Array.ForEach(rounds, File.Delete);
        }
    }

    [Test]
    public void ABenchmarkWithoutAFloorIsAnError()
    {
        File.WriteAllText(
            _report,
            """{"Benchmarks": [{"Type": "T", "Method": "M", "Parameters": "", "Statistics": {"OriginalValues": [1, 2]}}]}"""
        );

        Assert.That(
            () => BenchmarkReports.Read([_report]),
            Throws.TypeOf<MalformedTableException>().With.Message.Contains("T.M has no floor")
        );
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"Benchmarks": [{}]}""")]
    public void AFileThatIsNoReportIsNamed(string text)
    {
        File.WriteAllText(_report, text);

        Assert.That(() => BenchmarkReports.Read([_report]), Throws.TypeOf<MalformedTableException>().With.Message.StartsWith(_report));
    }

    private List<string> Regressions(SyntheticNight night, string machine = Here) =>
        [.. Compare(night, machine).Where(v => v.IsRegression).Select(v => v.Describe())];

    private IReadOnlyList<NightlyVerdict> Compare(SyntheticNight night, string machine) =>
        Verdicts(Entries(new SyntheticNight(null)), Entries(night), machine);

    private static IReadOnlyList<NightlyVerdict> Verdicts(
        IReadOnlyList<NightlyEntry> baseline,
        IReadOnlyList<NightlyEntry> night,
        string machine
    ) =>
        NightlyComparison.Compare(
            new NightlyBaseline(new NightlyOrigin("2026-11-24 03:10Z", "0123456789ab", Here, ""), baseline),
            night,
            machine
        );

    private List<NightlyEntry> Entries(SyntheticNight night)
    {
        File.WriteAllText(_report, night.BenchmarkReport());
        return [.. NightlyQuality.Entries(night.Measurements(), SyntheticResults.Styles), .. BenchmarkReports.Read([_report])];
    }
}
