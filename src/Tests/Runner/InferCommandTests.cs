using System.Text.Json;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.Pipeline;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The verb infer: observations of the user's, from files to draws, tables and figures.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class InferCommandTests
{
    private const string Experiment = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: two-moons}
        simulations: {budgets: [1024], validation: 400}
        test: {data_sets: 2, draws: 50}
        summary: {kind: direct}
        contenders:
          acf:
            kind: acf
            standardise: true
            flow: {layers: 3, units: 32}
            training: {epochs: 30, batch_size: 64, learning_rate: 2.0e-3}
          cmpe:
            kind: cmpe
            network: {units: 8, blocks: 1, dropout: 0.1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 40, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1, 3]
        """;

    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public void MakeTheExperiment()
    {
        _folder = new TemporaryFolder();
        _folder.File("experiments/tiny.yaml", Experiment);
    }

    [OneTimeTearDown]
    public void RemoveIt() => _folder.Dispose();

    /// <summary>
    /// Ten simulations of the task and ten of a shifted one, in one file: the warning is for the shifted ones alone. The draws of a
    /// simulation's posterior are near the parameters of the exact one.
    /// </summary>
    [Test]
    public void AKnownShiftIsFoundAndSimulationsAreNot()
    {
        using DisposeScope scope = NewDisposeScope();
        TwoMoonsTask task = new();
        using RandomSource random = new(RandomKey.FromSeed(3));
        Tensor theta = task.SamplePrior(10, random);
        Tensor x = task.Simulate(theta, random).Sole;
        string file = Path.Combine(_folder.Path, "both.npz");
        Npz.Write(file, new Dictionary<string, Tensor> { ["x"] = cat([x, x + tensor(new float[] { 0, 4 })], 0) });

        JsonElement[] found = Infer("--contender", "acf", "--observation", file, "--draws", "500", "--predictive", "100");

        Assert.That(found, Has.Length.EqualTo(20));
        double[] p = [.. found.Select(f => f.GetProperty("outside_p_value").GetDouble())];
        Assert.Multiple(() =>
        {
            Assert.That(p[..10], Is.All.GreaterThanOrEqualTo(0.01));
            Assert.That(p[10..], Is.All.LessThan(0.01));
            Assert.That(found.Select(f => f.GetProperty("is_outside").GetBoolean()), Is.EqualTo(p.Select(v => v < 0.01)));
            Assert.That(found[0].GetProperty("observation").GetString(), Is.EqualTo("both-1"));
        });
    }

    [Test]
    public void AnObservationGetsDrawsTablesAndFigures()
    {
        string file = _folder.File("mine.json", """{"x": [0.1, 0.2]}""");

        (int exitCode, string output, string errors) = Run("--contender", "acf", "--observation", file, "--draws", "300");

        string results = Path.Combine(_folder.Path, "results", "tiny", "infer", "mine");
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = Npz.Read(Path.Combine(results, "draws.npz"));
        string[] csv = File.ReadAllLines(Path.Combine(results, "draws.csv"));
        Tensor draws = arrays["draws"];
        JsonElement json = JsonDocument.Parse(File.ReadAllText(Path.Combine(results, "summary.json"))).RootElement;
        JsonElement first = json.GetProperty("parameters").GetProperty("theta1");
        Assert.Multiple(() =>
        {
            Assert.That(draws.shape, Is.EqualTo(new long[] { 300, 2 }));
            Assert.That(arrays["log_density"].shape, Is.EqualTo(new long[] { 300 }));
            Assert.That(csv, Has.Length.EqualTo(301));
            Assert.That(csv[0], Is.EqualTo("theta1,theta2,log_density,weight"));
            Assert.That(arrays["weight"].sum().item<double>(), Is.EqualTo(1).Within(1e-9));
            Assert.That(double.Parse(csv[1].Split(',')[1]), Is.EqualTo(draws[0, 1].item<double>()));
            Assert.That(first.GetProperty("mean").GetDouble(), Is.EqualTo(draws.select(1, 0).mean().item<double>()).Within(1e-9));
            Assert.That(output, Does.Contain("| theta1 |").And.Contains("| x: mean |").And.Contains("the observation is one").IgnoreCase);
            foreach (string figure in new[] { "corner.png", "corner.svg", "predictive.png", "summary.md" })
            {
                Assert.That(new FileInfo(Path.Combine(results, figure)).Length, Is.GreaterThan(200), figure);
            }
        });
    }

    /// <summary>What is trained is not trained again, the same call gives the same draws, and CMPE takes its steps.</summary>
    [Test]
    public void TheSameCallGivesTheSameDraws()
    {
        string file = _folder.File("again.json", "[0.1, 0.2]");

        JsonElement first = Infer("--contender", "cmpe", "--steps", "3", "--observation", file, "--draws", "100").Single();
        (_, _, string log) = Run("--contender", "cmpe", "--steps", "3", "--observation", file, "--draws", "100", "--json");
        JsonElement second = Infer("--contender", "cmpe", "--steps", "3", "--observation", file, "--draws", "100").Single();

        Assert.That(log, Does.Not.Contain("train"));
        Assert.That(second.GetProperty("parameters").GetRawText(), Is.EqualTo(first.GetProperty("parameters").GetRawText()));
        Assert.That(first.GetProperty("steps").GetInt32(), Is.EqualTo(3));
    }

    /// <summary>
    /// The file alone, in a folder of its own, gives what the experiment with its cache gives; only the simulator is not in it.
    /// </summary>
    [TestCase("acf")]
    [TestCase("cmpe")]
    public void AnExportedModelInfersWithoutTheExperiment(string contender)
    {
        string observation = _folder.File("away.json", "[0.1, 0.2]");
        using TemporaryFolder elsewhere = new();
        string file = Path.Combine(elsewhere.Path, "a", $"{contender}.npz");

        (int exitCode, string output, string errors) = Repository.Run(
            _folder.Path, "export", "experiments/tiny.yaml", "--contender", contender, "--file", file);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        JsonElement here = Infer("--contender", contender, "--observation", observation, "--draws", "300").Single();
        (exitCode, output, errors) = Repository.Run(
            elsewhere.Path, "infer", "--model", file, "--observation", observation, "--draws", "300", "--json");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        JsonElement there = JsonDocument.Parse(output).RootElement[0];
        foreach (string same in new[] { "parameters", "outside_p_value", "experiment", "contender", "budget", "steps", "draws" })
        {
            Assert.That(there.GetProperty(same).GetRawText(), Is.EqualTo(here.GetProperty(same).GetRawText()), same);
        }

        Assert.That(there.GetProperty("predictive_note").GetString(), Does.Contain("there is no simulator"));
        Assert.That(
            File.Exists(Path.Combine(elsewhere.Path, "results", "tiny", "infer", "away", "draws.csv")), Is.True, "written where it ran");
    }

    [Test]
    public void AModelAndAnExperimentAtOnceAreRefused()
    {
        (int exitCode, _, string errors) = Run("--model", "x.npz", "--observation", "y.json");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.Contain("expected an experiment file, or --model"));
    }

    [TestCase("{\"x\": [1, 2, 3]}", "x.json: 'x': expected the shape (2) of a simulation")]
    [TestCase("{\"x\": [1, [2]]}", "expected numbers in lists of equal lengths")]
    [TestCase("{\"x\": [1, 2], \"y\": [1]}", "expected the arrays x, got x, y")]
    [TestCase("{\"x\": [1, 1e60]}", "expected finite numbers")]
    [TestCase("{\"x\": [1,", "x.json: ")]
    public void AnObservationThatDoesNotFitIsRefused(string json, string reason)
    {
        (int exitCode, _, string errors) = Run("--contender", "acf", "--observation", _folder.File("x.json", json));

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration), errors);
        Assert.That(errors, Does.Contain(reason));
    }

    [TestCase("--contender: expected one of acf, cmpe.", "--observation", "none.json")]
    [TestCase("--contender: there is no contender 'cmp'; did you mean 'cmpe'?", "--observation", "none.json", "--contender", "cmp")]
    [TestCase("--budget: expected one of 1024, got 7.", "--observation", "none.json", "--contender", "acf", "--budget", "7")]
    public void AWrongOptionIsNamed(string reason, params string[] arguments)
    {
        _folder.File("none.json", "[1, 2]");

        (int exitCode, _, string errors) = Run(arguments);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration), errors);
        Assert.That(errors, Does.Contain(reason));
    }

    [Test]
    public void AMissingFileIsNamed() => Assert.That(
        () => ObservationFile.Read(Path.Combine(_folder.Path, "missing.npz")),
        Throws.TypeOf<ConfigurationException>().With.Message.StartsWith("--observation: ").And.Message.Contains("missing.npz"));

    private JsonElement[] Infer(params string[] arguments)
    {
        (int exitCode, string output, string errors) = Run([.. arguments, "--json"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
    }

    private (int ExitCode, string Output, string Errors) Run(params string[] arguments) =>
        Repository.Run(_folder.Path, ["infer", "experiments/tiny.yaml", .. arguments]);
}
