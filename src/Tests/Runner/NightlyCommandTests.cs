using System.Globalization;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Report;
using Reproduce.Tests.Reporting.Nightly;

namespace Reproduce.Tests.Runner;

/// <summary>The verb on the folders of whole nights: exit codes, the lines on standard error, what is written.</summary>
public sealed class NightlyCommandTests
{
    private TemporaryFolder _folder = null!;

    private string Results => Path.Combine(_folder.Path, "results", "scratch", "nightly");

    private string Nightly => Path.Combine(_folder.Path, "results", "nightly");

    private string History => Path.Combine(Nightly, NightlyCommand.HistoryFile);

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void TheFirstNightSaysHowToMakeABaseline()
    {
        new SyntheticNight(1).Write(Results);

        ConfigurationException? problem = Assert.Throws<ConfigurationException>(() => Run());

        Assert.Multiple(() =>
        {
            Assert.That(problem!.Message, Does.Contain("there is no baseline yet").And.Contain("--update"));
            Assert.That(NightlyHistory.Read(History), Is.Not.Empty, "the night is in the history all the same");
            Assert.That(File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile)), Does.Contain("There is no baseline yet."));
        });
    }

    [Test]
    public void ANightOfTheSameSourceAddsItsLinesAndSucceeds()
    {
        MakeBaseline();
        string before = File.ReadAllText(History);
        string baseline = File.ReadAllText(Path.Combine(Nightly, NightlyCommand.BaselineFile));
        new SyntheticNight(1).Write(Results, "2026-11-25 03:10Z", "Another");

        (int exitCode, _, string errors) = Run();

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), errors);
            Assert.That(errors, Is.Empty);
            Assert.That(File.ReadAllText(History), Does.StartWith(before).And.Length.GreaterThan(before.Length));
            Assert.That(
                NightlyHistory.Read(History).Select(r => r.Origin.Key).Distinct(),
                Is.EqualTo(new[]
                {
                    "AMD EPYC, 2 cores, 512-bit vectors, 2 threads, TorchSharp 0.107.0",
                    "Another, 2 cores, 512-bit vectors, 2 threads, TorchSharp 0.107.0",
                })
            );
            Assert.That(
                File.ReadAllText(Path.Combine(Nightly, NightlyCommand.BaselineFile)),
                Is.EqualTo(baseline),
                "only --update changes it"
            );
        });
    }

    /// <summary>From one processor to another nothing goes up or down: no figure has both, nor stays beside the other page.</summary>
    [Test]
    public void TheTrendIsOfOneMachine()
    {
        MakeBaseline();
        string[] nights = [.. new[] { "2026-11-25 03:10Z", "2026-11-26 03:10Z" }.Select(date => Night(date, "AMD EPYC"))];
        string svg = File.ReadAllText(Path.Combine(Nightly, "trend.svg"));

        string another = Night("2026-11-27 03:10Z", "Another");

        Assert.Multiple(() =>
        {
            Assert.That(nights, Has.All.Contains("(trend.png)"));
            Assert.That(svg, Does.Contain("gmm: C2ST").And.Contain("TrainingBenchmarks: times the floor"));
            Assert.That(svg, Does.Contain("night; 1: 2026-11-24"));
            Assert.That(another, Does.Contain("one night of this machine so far").And.Not.Contain("trend.png"));
            Assert.That(Directory.EnumerateFiles(Nightly, "trend.*"), Is.Empty);
        });

        string Night(string date, string processor)
        {
            new SyntheticNight(1).Write(Results, date, processor);
            Run();
            return File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile));
        }
    }

    [Test]
    public void TheSameResultsAreOneNight()
    {
        MakeBaseline();
        string before = File.ReadAllText(History);

        (int exitCode, string output, _) = Run();

        Assert.That((exitCode, File.ReadAllText(History)), Is.EqualTo((ExitCodes.Success, before)));
        Assert.That(Path.Combine(Nightly, "trend.png"), Does.Not.Exist, "one night is no trend");
        string page = File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile));
        Assert.That(page, Does.Contain("one night of this machine so far").And.Not.Contain("trend.png"));
        Assert.That(output, Does.Contain("has these results already"));
    }

    [Test]
    public void ARegressionIsALineAndExitCodeOne()
    {
        MakeBaseline();
        new SyntheticNight(2)
        {
            Change = row => row is { Contender: "cmpe", Steps: 10, Metric: "c2st" } ? 1.15 : 1,
            Slowdown = name => name == "Vectors fmpe" ? 2.5 : 1,
        }.Write(Results, "2026-11-25 03:10Z");

        (int exitCode, _, string errors) = Run();

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            string[] lines = errors.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            Assert.That(lines, Has.Length.EqualTo(2));
            Assert.That(
                lines[0],
                Does.Match(
                    @"^regression since 0123456789ab: gmm: cmpe, 1024 simulations, 10 steps: c2st is 0\.\d{3} ± 0\.\d{3}; "
                        + @"baseline 0\.\d{3} ± 0\.\d{3}, at most 0\.\d{3} expected$"
                )
            );
            Assert.That(
                lines[1],
                Does.StartWith("regression since 0123456789ab: TrainingBenchmarks: fmpe, Vectors: ratio to LibtorchProducts is 2.9")
            );
            Assert.That(
                File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile)),
                Does.Contain("* TrainingBenchmarks: fmpe, Vectors")
            );
            Assert.That(NightlyHistory.Read(History).Count(r => r.IsRegression), Is.EqualTo(2));
            Assert.That(File.ReadAllText(Path.Combine(Nightly, "trend.svg")), Does.Contain("regression"));
        });
    }

    // A seventh more time is within what another machine may take: only the row of nights shows it.
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AStepInTheHistoryIsFoundWithItsCommitsAndAcceptedByABaseline()
    {
        MakeBaseline();
        List<int> exitCodes = [];
        string errors = "";
        for (int night = 1; night <= 16; night++)
        {
            new SyntheticNight(night) { Slowdown = name => night > 11 && name == "Vectors fmpe" ? 1.14 : 1 }.Write(
                Results, string.Create(CultureInfo.InvariantCulture, $"2026-12-{night:00} 03:10Z"),
                commit: string.Create(CultureInfo.InvariantCulture, $"{night:000000000000}"));
            (int exitCode, _, errors) = Run();
            exitCodes.Add(exitCode);
        }

        string page = File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile));
        Assert.Multiple(() =>
        {
            Assert.That(exitCodes.IndexOf(ExitCodes.Regression), Is.InRange(14, 15), "the fourth or fifth night of it");
            Assert.That(errors.TrimEnd(), Does.Match(
                @"^regression in the history: TrainingBenchmarks: fmpe, Vectors: ratio to LibtorchProducts went from 1\.1\d to 1\.3\d "
                    + @"between 000000000011 \(2026-12-11 03:10Z\) and 000000000012 \(2026-12-12 03:10Z\)$"));
            Assert.That(page, Does.Contain("* worse: TrainingBenchmarks: fmpe, Vectors").And.Contain("## Spread of the speeds"));
            string html = File.ReadAllText(Path.Combine(Nightly, HtmlNightly.FileName));
            Assert.That(html, Does.Contain("\"entries\":[{\"name\":\"TrainingBenchmarks: fmpe, Vectors"), "the worst first");
            Assert.That(html, Does.Contain("\"index\":12,").And.Contain("\"commit\":\"000000000012\""));
            Assert.That(
                File.ReadAllText(Path.Combine(Nightly, NightlySummary.FileName)),
                Does.StartWith("# Nightly of 2026-12-16 03:10Z: 1 regression\n").And.Contain("* regression in the history: TrainingB"));
            Assert.That(File.ReadAllText(Path.Combine(Nightly, NightlySummary.BadgeFile)), Does.Contain(">1 regression</text>"));
        });
        Assert.That(Run(update: true).ExitCode, Is.EqualTo(ExitCodes.Success), "what is the baseline is how it shall be");
        Assert.That(File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile)), Does.Contain("* worse, accepted: TrainingBenchm"));
    }

    [Test]
    public void TheTimesOfTheNightStandInThePage()
    {
        new SyntheticNight(null).Write(Results);
        File.WriteAllText(Path.Combine(Results, "times.csv"), "step,seconds\ngmm,90\nbenchmarks 1,30\n");
        Run(update: true);

        Assert.That(
            File.ReadAllText(Path.Combine(Nightly, NightlyCommand.PageFile)),
            Does.Match(@"\| gmm +\| +1\.5 \|").And.Match(@"\| all +\| +2\.0 \|"));
    }

    [Test]
    public void AnExperimentThatDidNotFinishIsMissedAndNoBaseline()
    {
        MakeBaseline();
        File.Delete(Path.Combine(Results, "gmm", "measurements.csv"));
        _folder.File(Path.GetRelativePath(_folder.Path, ReportStage.WorkingCopy(Path.Combine(Results, "gmm"))), "");

        (int exitCode, _, string errors) = Run();
        ConfigurationException? problem = Assert.Throws<ConfigurationException>(() => Run(update: true));

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Regression));
        Assert.That(errors, Does.Contain("gmm: acf, 1024 simulations: c2st is missing (not measured)"));
        Assert.That(problem!.Message, Does.Contain("gmm: expected a finished run"));
    }

    [Test]
    public void WhatIsNotThereOrDamagedIsNamed()
    {
        Assert.That(() => Run(), Throws.TypeOf<ConfigurationException>().With.Message.Contains("expected the results of a night"));
        MakeBaseline();
        File.AppendAllText(Path.Combine(Nightly, NightlyCommand.BaselineFile), "speed,a,b,c,fast,0,d,e,f,g,\n");

        Assert.That(
            () => Run(),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("column 'value': 'fast' is not a finite number")
        );
    }

    private void MakeBaseline()
    {
        new SyntheticNight(null).Write(Results);
        Assert.That(Run(update: true).ExitCode, Is.EqualTo(ExitCodes.Success));
    }

    private (int ExitCode, string Output, string Errors) Run(bool update = false)
    {
        using StringWriter output = new(), errors = new();
        int exitCode = NightlyCommand.Run(Results, Nightly, update, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
