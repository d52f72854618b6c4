using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;

namespace Reproduce.Tests.Runner;

/// <summary>What else the command line makes of a tiny experiment: figures of several, sampling steps by budget, switches.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class EndToEndViewsTests : TinyRun
{
    [Test]
    public void FiguresOfSeveralExperimentsNeedTheirRuns()
    {
        RunRequest tiny = Repository.Request(TinyFile);
        Assert.That(() => FiguresCommand.Run([tiny], null), Refused("run the experiment"));

        BeginAfterTheRun();
        Assert.That(() => FiguresCommand.Run([tiny, tiny], null), Refused("every experiment once"));
        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true); // A fresh clone has the results and no cache.
        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, ["figures", "experiments/tiny.yaml"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string folder = Path.Combine(Folder.Path, "results", "paper");
        Assert.That(
            Directory.EnumerateFiles(folder, "*.svg").Select(Path.GetFileNameWithoutExtension),
            Is.EquivalentTo(new[] { "figure_2_posteriors", "figure_3_c2st_vs_time", "c2st_vs_steps" }));
        string posteriors = File.ReadAllText(Path.Combine(folder, "figure_2_posteriors.svg"));
        Assert.That(posteriors, Does.Contain("Tiny").And.Contain("Reference").And.Not.Contain("not measured"));
        Assert.That(
            File.ReadAllText(Path.Combine(folder, FiguresCommand.CaptionsFile)),
            Does.Contain("](c2st_vs_steps.png)").And.Contain("Cross: the true value")
        );

        // Where there is no exact posterior there is no C2ST: the figures show what was measured.
        string measurements = Path.Combine(Results, "measurements.csv");
        File.WriteAllLines(
            measurements,
            [.. File.ReadLines(measurements).Where(l => !l.Contains(",c2st,", StringComparison.Ordinal))]
        );
        (exitCode, output, errors) = Repository.Run(Folder.Path, ["figures", "experiments/tiny.yaml", "--out", "without"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(
            Directory.EnumerateFiles(Path.Combine(Folder.Path, "without"), "*.png").Select(Path.GetFileNameWithoutExtension),
            Is.EquivalentTo(new[] { "figure_2_posteriors", "rmse_vs_time", "rmse_vs_steps" }));
        Assert.That(File.ReadAllText(Path.Combine(Folder.Path, "without", "rmse_vs_steps.svg")), Does.Contain("RMSE").And.Contain("<path"));

        string draws = Path.Combine(Results, "figures", "posteriors.json");
        File.WriteAllText(draws, "{}");
        (exitCode, _, errors) = Repository.Run(Folder.Path, ["figures", "experiments/tiny.yaml"]);
        Assert.That((exitCode, errors.Contains(draws, StringComparison.Ordinal)), Is.EqualTo((ExitCodes.BadConfiguration, true)), errors);
    }

    [Test]
    public void AReportWithoutTimesHasNoFigureOverThem()
    {
        BeginAfterTheRun();
        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true);
        string figures = Path.Combine(Results, "figures"), measurements = Path.Combine(Results, "measurements.csv");
        Assert.That(Path.Combine(figures, "c2st_vs_time.png"), Does.Exist);
        File.WriteAllLines(
            measurements, [.. File.ReadLines(measurements).Where(l => !l.Contains(",seconds_per_1000_draws,", StringComparison.Ordinal))]);
        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, ["report", "experiments/tiny.yaml"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(Path.Combine(figures, "c2st_vs_time.png"), Does.Not.Exist);
        Assert.That(Path.Combine(figures, "c2st_vs_steps.png"), Does.Exist);
        Assert.That(File.ReadAllText(Path.Combine(Results, "report.md")), Does.Contain("c2st_vs_steps").And.Not.Contain("c2st_vs_time"));
    }

    [Test]
    public void SamplingStepsAreDrawnAtEveryBudgetWithAFullSweep()
    {
        string[] budgets = ["experiments/tiny.yaml", "--set", "simulations.budgets=[64, 128]", "--set", "simulations.full_sweep=[64, 128]"];
        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, budgets);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        (exitCode, output, errors) = Repository.Run(Folder.Path, ["figures", .. budgets]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string scratch = Directory.EnumerateDirectories(Path.Combine(Folder.Path, "results", "scratch"), "paper-set-*").Single();
        Assert.That(Path.Combine(Folder.Path, "results", "paper"), Does.Not.Exist, "those are figures of the paper's scale");
        string[] figures =
        [
            .. Directory.EnumerateFiles(scratch, "c2st_vs_steps*.svg").Order(StringComparer.Ordinal),
        ];
        Assert.That(figures.Select(Path.GetFileName), Is.EqualTo(new[] { "c2st_vs_steps.svg", "c2st_vs_steps_64.svg" }));
        Assert.That(
            figures.Select(f => File.ReadAllText(f).Contains("64 simulations", StringComparison.Ordinal)),
            Is.EqualTo(new[] { false, true })
        );
    }

    [Test]
    public void EverySwitchOfAVariantGetsARow()
    {
        Folder.File(
            "configs/variants/other.yaml",
            "contenders: {\"*:cmpe\": {consistency: {huber_norm: elementwise, extra_interval: true}}}"
        );
        (int exitCode, string output, string errors) = Repository.Run(
            Folder.Path,
            ["switches", "experiments/tiny.yaml", "--variant", "other", "--dry-run"]
        );
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(output, Does.Contain("none (the paper's text)").And.Contain("cmpe: extra_interval true").And.Contain("all"));
        Assert.That(Directory.Exists(Path.Combine(Folder.Path, "results")), Is.False, "a dry run only says what would be run");
        (exitCode, output, errors) = Repository.Run(
            Folder.Path,
            [
                "switches",
                "experiments/tiny.yaml",
                "--variant",
                "other",
                "--dry-run",
                "--set",
                "figures.budget=128",
                "--set",
                "simulations.budgets=[64]",
            ]
        );
        Assert.That(output, Does.Contain("64 simulations").And.Not.Contain("128 simulations"), "the budget that was asked for: " + errors);

        (exitCode, output, errors) = Repository.Run(Folder.Path, ["switches", "experiments/tiny.yaml", "--variant", "other"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(output.Split("train: done").Length - 1, Is.EqualTo(1), "all rows train together: " + output);
        string[] table = File.ReadAllLines(Path.Combine(Folder.Path, "results", "tiny", "other", "switches.md"));
        string[] labels = [.. table.Where(l => l.StartsWith('|')).Select(l => l.Split('|')[1].Trim()).Skip(2)];
        Assert.That(
            labels,
            Is.EqualTo(new[] { "none (the paper's text)", "cmpe: huber\\_norm elementwise", "cmpe: extra\\_interval true", "all" })
        );
        Assert.That(
            table.Single(l => l.Contains("none", StringComparison.Ordinal)).Count(c => c == '±'),
            Is.EqualTo(2),
            "two numbers of steps"
        );
    }
}
