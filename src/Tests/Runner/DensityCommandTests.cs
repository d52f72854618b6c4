using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Runner;
using Reproduce.Runner.Densities;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The verb <c>density</c> through the real command line on a tiny experiment, and the measured Table 1.</summary>
public sealed class DensityCommandTests
{
    private const string Experiment = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: two-moons}
        simulations: {budgets: [64, 128], validation: 32}
        test: {data_sets: 3, draws: 200}
        summary: {kind: direct}
        contenders:
          acf:
            kind: acf
            flow: {layers: 1, units: 8}
            training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}
          cmpe:
            kind: cmpe
            network: {units: 8, blocks: 1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 3, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1, 3]
        sampling: {repeats: 1, threads: 2}
        scores: {c2st: {max_epochs: 3}}
        figures: {budget: 128}
        """;

    [Category(FastUnlessSlowAttribute.Slow)]
    [Test]
    public void ItTrainsMeasuresAndTabulatesAndASecondRunComputesNothing()
    {
        using TemporaryFolder folder = new();
        folder.File("experiments/tiny.yaml", Experiment);
        string results = Path.Combine(folder.Path, "results", "tiny");
        string[] command =
        [
            "density",
            "experiments/tiny.yaml",
            "--data-sets",
            "2",
            "--proposals",
            "3",
            "--chain",
            "2",
            "--chain-training",
            "5",
        ];
        (int exitCode, string output, string errors) = Repository.Run(folder.Path, command);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string[] rows = File.ReadAllLines(Path.Combine(results, "densities.csv"));
        string[] table1 = File.ReadAllLines(Path.Combine(results, "table1.csv"));
        Assert.Multiple(() =>
        {
            Assert.That(rows.Select(r => r.Split(',')[0]), Is.EqualTo(new[] { "contender", "Reference", "ACF", "CMPE" }));
            Assert.That(rows[0].Split(',')[1..3], Is.EqualTo(new[] { "ess_per_draw", "ess_per_draw_plus_minus" }));
            Assert.That(
                double.Parse(rows[2].Split(',')[1], System.Globalization.CultureInfo.InvariantCulture),
                Is.InRange(1.0 / 600, 1),
                "ESS"
            );
            Assert.That(
                File.ReadAllText(Path.Combine(results, "densities.md")),
                Does.Contain("2 test sets, 128 training simulations; 600 weighted draws")
            );
            Assert.That(File.ReadAllText(Path.Combine(results, "densities_chain.csv")), Does.Contain("\n\"CMPE, 2 steps\","));
            Assert.That(table1[1], Does.StartWith("ACF,yes,").And.Contain(",no,1,2,"));
            Assert.That(table1[2], Does.StartWith("\"CMPE, 3 steps\",at its one-step draws,").And.Contain(",yes,3,1,"));
            Assert.That(
                Directory.EnumerateDirectories(Path.Combine(folder.Path, "results", "cache", "train")).Count(),
                Is.EqualTo(2),
                "the shown budget only"
            );
        });

        (exitCode, output, _) = Repository.Run(folder.Path, command);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success));
        Assert.That(output, Does.Contain("train: 2 of 2 already there").And.Contain("density: 4 of 4 already there"));
        Assert.That(File.ReadAllLines(Path.Combine(results, "densities.csv")), Is.EqualTo(rows));
    }

    [Category(FastUnlessSlowAttribute.Slow)]
    [Test]
    public void ATaskWithoutKnownLikelihoodAndImpossibleSizesAreRefused()
    {
        (int exitCode, _, string errors) = Repository.Run(Repository.Root, "density", "experiments/kinematics.yaml");
        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(
            errors,
            Does.Contain("expected a task with a known likelihood and evidence (gaussian-mixture, two-moons), got inverse-kinematics")
        );

        (exitCode, _, errors) = Repository.Run(Repository.Root, "density", "experiments/gmm.yaml", "--proposals", "0");
        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.Contain("--proposals: expected a whole number of at least 1."));
    }

    [TestCase("acf", DensityMethod.InvertibleNetwork, false, 1)]
    [TestCase("nsf", DensityMethod.InvertibleNetwork, false, 1)]
    [TestCase("fmpe", DensityMethod.IntegratedDivergence, true, 6)]
    [TestCase("cmpe", DensityMethod.JacobianAtDraws, true, 6)]
    [TestCase("npse", DensityMethod.IntegratedDivergence, true, 6)]
    public void TraitsOfTheFiveContenders(string name, DensityMethod method, bool unconstrained, int passes)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name, perturbed: true);
        using Observation x = new(tensor(new[,] { { 0.2f, 0.1f } }));
        ContenderTraits found = ContenderTraits.Measure(estimator, x, 6, RandomKey.FromSeed(3));
        Assert.Multiple(() =>
        {
            Assert.That(found.Method, Is.EqualTo(method));
            Assert.That(found.Unconstrained, Is.EqualTo(unconstrained));
            Assert.That(found.PassesPerDraw, Is.EqualTo(passes));
            Assert.That(found.Disagreement, name is "cmpe" or "acf" or "nsf" ? Is.Null : Is.LessThan(2e-3));
        });
    }
}
