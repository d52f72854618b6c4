using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>An observation of the reader's choice: whose posterior is drawn, where it is shown, what it leaves alone.</summary>
public sealed class ShownObservationTests
{
    private const string Experiment = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: two-moons}
        simulations: {budgets: [128], validation: 32}
        test: {data_sets: 2, draws: 300}
        summary: {kind: direct}
        contenders:
          acf:
            kind: acf
            flow: {layers: 1, units: 8}
            training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}
        sampling: {repeats: 1, threads: 2}
        scores: {c2st: {max_epochs: 3}, mmd: {max_draws: 50}}
        figures: {scatter_data_sets: [0], observation: [-0.125, 0.25]}
        """;

    [Category(FastUnlessSlowAttribute.Slow)]
    [Test]
    public void ItsExactPosteriorIsDrawnAndShown()
    {
        using TemporaryFolder folder = new();
        folder.File("experiments/tiny.yaml", Experiment);
        (int exitCode, string output, string errors) = Repository.Run(folder.Path, "experiments/tiny.yaml");
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string figures = Path.Combine(folder.Path, "results", "tiny", "figures");
        Assert.That(
            File.ReadAllText(Path.Combine(figures, "posteriors.svg")),
            Does.Contain("x = (-0.125, 0.25)").And.Contain("Data set 1")
        );

        // A draw's distance from the moon's centre is r ~ N(0.1, 0.01): five standard deviations of 300 draws, and nothing of another
        // observation.
        (_, RunPlan plan) = Plan(folder);
        Assert.That(plan.Shown.Select(s => s.Sample?.Train.Contender), Is.EqualTo(new[] { null, "acf" }));
        using IDisposable scope = NewDisposeScope();
        Tensor exact = Npz.Read(plan.Shown[0].Folder.FileOf(StageFiles.Draws))["draws"];
        Assert.That(exact.shape, Is.EqualTo(new long[] { 1, 300, 2 }));
        double root = Math.Sqrt(2);
        foreach (double[] theta in exact.Numbers().Chunk(2))
        {
            double along = Math.Abs(theta[0] + theta[1]) / root - 0.25 - 0.125;
            double across = 0.25 - (theta[1] - theta[0]) / root;
            Assert.That(Math.Sqrt(along * along + across * across), Is.EqualTo(0.1).Within(0.05));
        }

        (exitCode, output, errors) = Repository.Run(folder.Path, "experiments/tiny.yaml");
        Assert.That(
            (exitCode, output.Contains("show: 2 of 2 already there", StringComparison.Ordinal)),
            Is.EqualTo((ExitCodes.Success, true)),
            output + errors
        );
        (exitCode, output, errors) = Repository.Run(folder.Path, "figures", "experiments/tiny.yaml");
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(
            File.ReadAllText(Path.Combine(folder.Path, "results", "paper", "figure_2_posteriors.svg")),
            Does.Contain("Tiny, x = (-0.125, 0.25)").And.Not.Contain("Data set")
        );
    }

    [Test]
    public void AnotherObservationChangesOnlyItsDraws()
    {
        using TemporaryFolder folder = new();
        folder.File("experiments/tiny.yaml", Experiment);
        (_, RunPlan first) = Plan(folder);
        (_, RunPlan second) = Plan(folder, "figures.observation=[0,0]");
        Assert.Multiple(() =>
        {
            Assert.That(second.Scores.Select(s => s.Folder.Hash), Is.EqualTo(first.Scores.Select(s => s.Folder.Hash)));
            Assert.That(second.Shown.Select(s => s.Folder.Hash).Intersect(first.Shown.Select(s => s.Folder.Hash)), Is.Empty);
            Assert.That(Plan(folder, "figures.observation=~").Plan.Shown, Is.Empty);
        });
    }

    [TestCase("[0,0,0]", "expected 2 numbers, got 3")]
    [TestCase("[]", "expected 2 numbers, got 0")]
    public void AnObservationOfTheWrongLengthIsRefused(string value, string expected)
    {
        using TemporaryFolder folder = new();
        folder.File("experiments/tiny.yaml", Experiment);
        Assert.That(
            () => Plan(folder, $"figures.observation={value}"),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains(expected)
        );
    }

    [Test]
    public void ATaskOfSetsTakesNone()
    {
        string gmm = Path.Combine(Repository.Root, "experiments", "gmm.yaml");
        Assert.That(
            () => Repository.Request(gmm, null, null, "figures.observation=[0,0]").Load(),
            Throws.InstanceOf<ConfigurationException>().With.Message.Contains("expected only for a task"));
    }

    private static (Experiment Experiment, RunPlan Plan) Plan(TemporaryFolder folder, params string[] settings)
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(folder.Path, "experiments", "tiny.yaml"), null, null, settings).Load();
        return (experiment, new RunPlan(experiment, "paper", Path.Combine(folder.Path, "results", "cache"), "cpu"));
    }
}
