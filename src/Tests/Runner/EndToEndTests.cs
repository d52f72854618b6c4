using System.Text.Json;
using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.Report;

namespace Reproduce.Tests.Runner;

/// <summary>
/// A whole, tiny experiment through the real command line: what it leaves, what a second run does, what an interruption costs.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class EndToEndTests : TinyRun
{
    [Test]
    public void ARunLeavesTablesFiguresAndAManifestAndASecondRunComputesNothing()
    {
        BeginAfterTheRun();
        byte[] measurements = File.ReadAllBytes(Path.Combine(Results, "measurements.csv"));
        Assert.Multiple(() =>
        {
            Assert.That(
                File.ReadAllText(Path.Combine(Results, "report.md")),
                Does.Contain("CMPE").And.Contain("every planned number was measured")
            );
            Assert.That(File.ReadAllText(Path.Combine(Results, "manifest.json")), Does.Contain("\"git_commit\""));
            Assert.That(File.ReadAllText(Path.Combine(Results, "resolved.yaml")), Does.Contain("kind: cmpe"));
            Assert.That(Directory.EnumerateFiles(Path.Combine(Results, "logs")), Is.Not.Empty);
            foreach (
                string figure in new[] { "c2st_vs_time", "c2st_vs_steps", "posteriors", "losses", "sbc_ecdf", "sbc_ranks", "recovery" }
            )
            {
                foreach (string kind in new[] { "svg", "pdf", "png" })
                {
                    Assert.That(
                        new FileInfo(Path.Combine(Results, "figures", $"{figure}.{kind}")),
                        Has.Property("Length").GreaterThan(500)
                    );
                }
            }

            // The floor and three settings: 4 distances and errors of 3 data sets each, 2 + 1 calibration errors; and 3 times.
            IReadOnlyList<Measurement> rows = MeasurementTable.Read(Path.Combine(Results, "measurements.csv")).Rows;
            string[] perDataSet = [MetricStyle.C2st, MetricStyle.Mmd2, MetricStyle.Mmd2Unbiased, MetricStyle.Rmse];
            Assert.That(rows.Count(r => perDataSet.Contains(r.Metric)), Is.EqualTo(4 * 4 * 3));
            Assert.That(rows.Count(r => r.Metric is "ece_1" or "ece_2" or MetricStyle.MaxEce), Is.EqualTo(4 * 3));
            Assert.That(rows.Count(r => r.Metric == MetricStyle.Seconds), Is.EqualTo(3));
        });

        string foreign = Path.Combine(Results, "figures", "photograph.png");
        File.WriteAllText(foreign, "");
        string manifest = Path.Combine(Results, "manifest.json");
        JsonElement before = JsonDocument.Parse(File.ReadAllText(manifest)).RootElement;
        (int exitCode, string output, _) = Run();
        JsonElement after = JsonDocument.Parse(File.ReadAllText(manifest)).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(File.Exists(foreign), "a file that no report has written");
            foreach (string fact in new[] { "finished", "wall_seconds", "peak_memory_bytes", "stage_wall_seconds", "origins", "settings" })
            {
                Assert.That(
                    after.GetProperty(fact).GetRawText(),
                    Is.EqualTo(before.GetProperty(fact).GetRawText()),
                    "a report alone is no run: " + fact
                );
            }

            Assert.That(before.GetProperty("report_written").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(after.GetProperty("report_written").GetString(), Does.Contain(", source "));
            Assert.That(
                after
                    .GetProperty("origins")
                    .EnumerateArray()
                    .Select(o => (o.GetProperty("stage").GetString(), o.GetProperty("jobs").GetInt32())),
                Is.EqualTo(new[] { ("simulate", 1), ("test", 1), ("reference", 1), ("train", 2), ("sample", 3), ("score", 4) })
            );
            Assert.That(after.GetProperty("origins").EnumerateArray().All(o => o.GetProperty("peak_memory_bytes").GetInt64() > 10_000_000));
            Assert.That(
                File.ReadAllText(Path.Combine(Results, "report.md")),
                Does.Match(@"\| Memory +\| at most simulate 0\.\d+ GB, ").And.Match(@"\| Report +\| written anew on ")
                    .And.Match(@"\| Training +\| 2 epochs, batches of 32 \(acf\); 40 epochs, batches of 32 \(cmpe\)"));
        });

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success));
            Assert.That(output, Does.Contain("train: 2 of 2 already there").And.Contain("score: 4 of 4 already there"));
            Assert.That(File.ReadAllBytes(Path.Combine(Results, "measurements.csv")), Is.EqualTo(measurements));
        });
    }

    [Test]
    public void ARunCanAddABudgetToTheReportThatIsThere()
    {
        BeginAfterTheRun();
        string[] before = Numbers();
        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true); // As on another machine.
        string[] another = ["experiments/tiny.yaml", "--set", "simulations.budgets=[64]", "--keep", "--out", "results/tiny"];

        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, another);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(output, Does.Contain("train: done").And.Not.Contain("128 simulations"), "what is kept is not computed again");
        MeasurementTable table = MeasurementTable.Read(Path.Combine(Results, "measurements.csv"));
        Assert.Multiple(() =>
        {
            Assert.That(Numbers().Where(n => !n.Contains(",64,", StringComparison.Ordinal)), Is.EqualTo(before));
            Assert.That(table.Settings("tiny", "paper").Count(s => s.Budget == 64), Is.EqualTo(3));
            string report = File.ReadAllText(Path.Combine(Results, "report.md"));
            Assert.That(
                report,
                Does.Contain("experiments/tiny.yaml --set \"simulations.budgets=[64]\" --keep --out results/tiny`"),
                "a command to paste into a shell"
            );
            Assert.That(report, Does.Contain("64, 128").And.Contain("Kept from before").And.Contain("every planned number was measured"));
            Assert.That(
                report,
                Does.Contain("figures/posteriors.png"),
                "a figure of the larger budget's draws, which are not there any more"
            );
            Assert.That(
                Directory.EnumerateFiles(Path.Combine(Results, "figures"), "*.png").Select(Path.GetFileNameWithoutExtension),
                Is.SupersetOf(new[] { "c2st_vs_budget", "c2st_vs_steps_64", "c2st_vs_steps_128", "posteriors", "losses", "sbc_ecdf" })
                    .And.Not.Contains("c2st_vs_steps"));
            Assert.That(File.Exists(Path.Combine(Results, "figures", "posteriors.json")));
        });

        (exitCode, output, errors) = Repository.Run(Folder.Path, another); // Once more: one run before, not two.
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(File.ReadAllText(Path.Combine(Results, "manifest.json")).Split("\"git_commit\"").Length - 1, Is.EqualTo(2));

        string draws = File.ReadAllText(Path.Combine(Results, "figures", "posteriors.svg"));
        (exitCode, output, errors) = Repository.Run(
            Folder.Path,
            [
                "experiments/tiny.yaml",
                "--set",
                "contenders.acf=~",
                "--set",
                "contenders.cmpe.steps=[2, 3]",
                "--keep",
                "--out",
                "results/tiny",
            ]
        );
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(File.ReadAllText(Path.Combine(Results, "figures", "posteriors.svg")), Is.EqualTo(draws), "a figure of both contenders");
        table = MeasurementTable.Read(Path.Combine(Results, "measurements.csv"));
        Assert.That(table.Settings("tiny", "paper").Where(s => s.Contender == "cmpe").Select(s => (s.Budget, s.Steps)),
            Is.EqualTo(new[] { (64, 1), (64, 3), (128, 1), (128, 2), (128, 3) }));

        // The numbers of acf were kept by a run without it.
        Assert.That(() => ReadEarlier("simulations.budgets=[32]", "contenders.acf.training.epochs=3"), Refused("'contenders.acf' differs"));
        Assert.That(() => ReadEarlier("simulations.budgets=[64]", "test.draws=100"), Refused("'test' differs"));
        (exitCode, _, errors) = Repository.Run(Folder.Path, [.. another, "--set", "contenders.cmpe.training.epochs=20"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.Contain("measurements.csv").And.Contain("'contenders.cmpe' differs"));

        EarlierResults? ReadEarlier(params string[] settings) =>
            EarlierResults.Read(Results, Repository.Request(TinyFile, null, null, settings).Load().Experiment, "paper", []);
    }

    [Test]
    public void WhatTheReportHasIsNotRunAgain()
    {
        BeginAfterTheRun();
        string[] before = Numbers();
        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true); // As on another machine.
        string[] more =
        [
            "experiments/tiny.yaml", "--set", "replicates=2", "--set", "contenders.cmpe.steps=[1, 2, 3]", "--missing", "--out",
            "results/tiny",
        ];

        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, [.. more, "--verbose"]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        MeasurementTable table = MeasurementTable.Read(Path.Combine(Results, "measurements.csv"));
        Assert.Multiple(() =>
        {
            Assert.That(output, Does.Contain("acf, 128 simulations, training 2").And.Not.Contain("acf, 128 simulations, training 1"));
            Assert.That(output, Does.Contain("cmpe, 128 simulations, training 1, 2 steps"));
            Assert.That(output, Does.Not.Contain("cmpe, 128 simulations, training 1, 3 steps"));
            Assert.That(Numbers(), Is.SupersetOf(before), "what was measured stays");
            Assert.That(
                table.Rows.Where(r => r.Metric == "c2st").Select(r => r.Place).Distinct().Where(p => p.Contender != Measurement.Reference),
                Is.EquivalentTo(new MeasuredPlace[]
                {
                    new("acf", 128, 0, 1), new("acf", 128, 1, 1), new("cmpe", 128, 0, 1), new("cmpe", 128, 0, 2), new("cmpe", 128, 0, 3),
                    new("cmpe", 128, 1, 1), new("cmpe", 128, 1, 2), new("cmpe", 128, 1, 3),
                }));
        });

        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true);
        (exitCode, output, errors) = Repository.Run(Folder.Path, more);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(output, Does.Not.Contain("done in").And.Not.Contain("train:"), "nothing is missing");
        (exitCode, _, errors) = Repository.Run(Folder.Path, [.. more, "--set", "contenders.cmpe.training.epochs=20"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.Contain("--missing: expected the settings").And.Contain("'contenders.cmpe' differs"));
    }

    [Test]
    public void SomeContendersRunAheadOfTheOthers()
    {
        string claim =
            "{kind: lower, id: a, text: One is lower, source: here, metric: c2st, left: {contender: cmpe, budget: 128, steps: 3}, right: "
                + "{contender: acf, budget: 128, steps: 1}}";
        Folder.File("experiments/tiny.yaml", Experiment.ReplaceLineEndings("\n") + $"\nclaims: [{claim}]\n");

        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, ["experiments/tiny.yaml", "--only", "cmpe"]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string scratch = Path.Combine(Folder.Path, "results", "scratch", "tiny-only-cmpe");
        string report = File.ReadAllText(Path.Combine(scratch, "report.md"));
        Assert.Multiple(() =>
        {
            Assert.That(
                report,
                Does.Contain("acf: left out of this run (--only)").And.Contain("1 not measured").And.Contain("--only cmpe")
            );
            Assert.That(
                MeasurementTable
                    .Read(Path.Combine(scratch, "measurements.csv"))
                    .Settings("tiny", "paper")
                    .Select(s => (s.Contender, s.Steps))
                    .Where(s => s.Contender != "reference"),
                Is.EqualTo(new[] { ("cmpe", 1), ("cmpe", 3) })
            );
        });

        (exitCode, output, errors) = Repository.Run(Folder.Path, ["experiments/tiny.yaml", "--only", "acf", "--keep", "--out", scratch]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(
            File.ReadAllText(Path.Combine(scratch, "report.md")),
            Does.Contain("every planned number was measured").And.Contain("0 not measured")
        );
        (exitCode, output, errors) = Run();
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(output, Does.Contain("train: 2 of 2 already there"), "the same trainings");
    }

    [Test]
    public void TheSameSeedGivesTheSameNumbersAndDamageIsRepaired()
    {
        BeginAfterTheRun();
        string[] first = Numbers();

        // A flipped byte in a file of draws and one in weights: both are found, and everything comes out as before.
        foreach (string file in new[] { "draws.npz", "weights.npz" })
        {
            string path = Directory
                .EnumerateFiles(Path.Combine(Folder.Path, "results", "cache"), file, SearchOption.AllDirectories)
                .Order()
                .First();
            byte[] bytes = File.ReadAllBytes(path);
            bytes[bytes.Length / 2] ^= 0x40;
            File.WriteAllBytes(path, bytes);
        }

        (int exitCode, string output, _) = Run();

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success));
            Assert.That(output.Split("was changed after it was written"), Has.Length.EqualTo(3));
            Assert.That(Numbers(), Is.EqualTo(first));
        });

        Directory.Delete(Path.Combine(Folder.Path, "results"), recursive: true);
        Run("--jobs", "1");

        Assert.That(Numbers(), Is.EqualTo(first), "one training after the other gives what two at once gave");
    }

    [Test]
    public void ADivergedTrainingLeavesAHoleAndTheOthersGoOn()
    {
        (int exitCode, string output, _) = Run(
            "--set",
            "contenders.cmpe.training.learning_rate=10",
            "--set",
            "contenders.cmpe.training.clip_norm=0",
            "--set",
            "contenders.cmpe.consistency.log_time_deviation=0.000001",
            "--set",
            "contenders.cmpe.consistency.log_time_mean=1000",
            "--out",
            Results
        );

        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Incomplete), output);
            string report = File.ReadAllText(Path.Combine(Results, "report.md"));
            Assert.That(report, Does.Contain("ACF"));
            Assert.That(report, Does.Match("at step [0-9]+ .learning rate .*, gradient norm .* checkpoint"));
            Assert.That(report, Does.Contain("What is missing").And.Not.Contain("every planned number was measured"));
        });
    }

    // Timings aside: every number, to the last digit.
    private string[] Numbers() =>
    [
        .. File.ReadLines(Path.Combine(Results, "measurements.csv")).Where(l => !l.Contains(MetricStyle.Seconds, StringComparison.Ordinal)),
    ];
}
