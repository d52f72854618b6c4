using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner;
using Reproduce.Tests.Inference;
using Reproduce.Tests.Inference.Support;

namespace Reproduce.Tests.Faults;

/// <summary>A loss that is not a number stops its training with what a reader wants to know, and no checkpoint holds it.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class DivergenceTests
{
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(6)]
    public void NoCheckpointIsWrittenBehindAStepThatWentWrong(int bad)
    {
        RandomKey key = RandomKey.FromSeed(67);
        using Simulations training = LinearGaussian.Simulate(128, key);
        using WatchedEstimator watched = new();
        watched.Scale = step => step >= bad ? double.NaN : 1;
        using Trainer trainer = new(watched, TrainerTests.Settings with { Epochs = 5 }, key) { CheckpointInterval = TimeSpan.Zero };
        List<long> saved = [];

        DivergedException thrown = Assert.Throws<DivergedException>(() => trainer.Run(training, checkpoint: t => saved.Add(t.Step)))!;

        // Step `bad` is the first wrong one; a checkpoint is due behind every step and holds the number of steps done.
        Assert.That(thrown.Step, Is.EqualTo(bad));
        Assert.That(saved, Is.EqualTo(Enumerable.Range(1, bad)));
    }

    [TestCase(
        "cmpe",
        "contenders.cmpe.training.learning_rate=10|contenders.cmpe.training.clip_norm=0|"
            + "contenders.cmpe.consistency.log_time_deviation=0.000001|contenders.cmpe.consistency.log_time_mean=1000"
    )]
    public void TheOthersGoOnAndTheReportShowsTheHole(string contender, string settings) =>
        FaultLog.Try(5, "the loss of a contender becomes NaN", () =>
        {
            FaultLog.Cases(0, 1);
            using TinyRun run = new();
            (int exitCode, string output, string errors) = run.Run([
                .. settings.Split('|').SelectMany(s => new[] { "--set", s }),
                "--out",
                run.Results,
            ]);
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Incomplete), output + errors);
            string report = File.ReadAllText(Path.Combine(run.Results, "report.md"));
            string line = report.Split('\n').Last(l => l.Contains("became", StringComparison.Ordinal));
            Assert.That(line, Does.Match($"{contender}, 128 simulations.*at step [0-9]+ .learning rate .*, gradient norm .*checkpoint"));
            // Held against the undisturbed run: the other contender has all its numbers, this one none.
            string[] Others(IEnumerable<string> rows) => [.. rows.Where(r => !r.Contains($",{contender},", StringComparison.Ordinal))];
            Assert.That(Others(run.Numbers()), Is.EqualTo(Others(TinyRun.Baseline.Numbers())));
            Assert.That(
                run.Numbers().Count(r => r.Contains($",{contender},", StringComparison.Ordinal)),
                Is.GreaterThan(0),
                "rows with the reason"
            );
            return (
                1,
                "exit code 3; the report names step, learning rate, gradient norm and last checkpoint; the other contender has the "
                    + "undisturbed numbers"
            );
        });
}
