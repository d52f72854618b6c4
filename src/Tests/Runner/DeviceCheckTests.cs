using System.Text.Json;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.DeviceCheck;

namespace Reproduce.Tests.Runner;

/// <summary>The check of a device where there is none but the CPU: against itself, and against the device that computes nothing.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class DeviceCheckTests
{
    private const string Experiment = """
        name: tiny
        title: Tiny
        seed: 5
        task: {kind: two-moons}
        simulations: {budgets: [64], validation: 8}
        test: {data_sets: 2, draws: 100}
        summary: {kind: direct}
        contenders:
          acf:
            kind: acf
            flow: {layers: 1, units: 32}
            training: {epochs: 1, batch_size: 32, learning_rate: 1.0e-3}
          cmpe:
            kind: cmpe
            network: {units: 32, blocks: 1, dropout: 0.1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 4, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1, 3]
        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _folder.File("experiments/tiny.yaml", Experiment);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void TheCpuAgreesWithItselfAndIsMeasured()
    {
        (int exitCode, string output, string errors) = Repository.Run(
            _folder.Path, "device-check", "--device", "cpu", "--json", "--minutes", "600");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        JsonElement[] rows = [.. JsonDocument.Parse(output).RootElement.GetProperty("rows").EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(Value("tiny/cmpe", "loss"), Is.LessThan(1e-4));
            Assert.That(Value("tiny/cmpe", "weights"), Is.GreaterThan(0).And.LessThan(1e-2), "vector code and libtorch round otherwise");
            Assert.That(Value("tiny/acf", "checkpoint through files"), Is.Zero);
            Assert.That(Value("tiny/acf", "step"), Is.Positive);
            Assert.That(Value("tiny/acf", "step, floor"), Is.Positive.And.LessThan(Value("tiny/acf", "step")));
            Assert.That(Value("device", "large product"), Is.GreaterThan(1).And.LessThan(1000), "GFLOP/s of a core");
            Assert.That(Value("tiny/acf", "1 trainings at once"), Is.Positive);
            Assert.That(Value("tiny/cmpe", "1000 draws, 1000 rows a pass"), Is.Positive);
            Assert.That(Value("C2ST", "mean score"), Is.LessThan(0.02));
        });
        string written = File.ReadAllText(Path.Combine(_folder.Path, "results", "scratch", "device-check", "device-check.md"));
        Assert.That(written, Does.Contain("| tiny/cmpe").And.Contain("0 of"));

        double Value(string subject, string measure) => rows
            .Single(r => r.GetProperty("subject").GetString() == subject && r.GetProperty("measure").GetString() == measure)
            .GetProperty("value").GetDouble();
    }

    [Test]
    public void TheDeviceWithoutNumbersRunsEveryStep()
    {
        (int exitCode, string output, string errors) = Repository.Run(_folder.Path, "device-check", "--device", "meta");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(output, Does.Contain("tiny/acf: operations of a step").And.Contain("tiny/cmpe: operations of a step"));
        Assert.That(output, Does.Not.Contain("error").And.Not.Contain("ms"));
    }

    [Test]
    public void ItEndsWithinItsMinutesAndSaysWhatIsLeftOut()
    {
        (int exitCode, string output, string errors) =
            Repository.Run(_folder.Path, "device-check", "--device", "cpu", "--minutes", "0.0001", "--out", "found");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string json = File.ReadAllText(Path.Combine(_folder.Path, "found", "device-check.json"));
        Assert.That(json, Does.Contain("no time left").And.Contain("\"verdict\": \"skipped\""));
    }

    [TestCase("--device", "gpu", "--device: expected auto, cpu, cuda or cuda:N, got 'gpu'")]
    [TestCase("--minutes", "0", "--minutes: expected a number above 0")]
    public void AWrongOptionIsRefused(string option, string value, string expected)
    {
        (int exitCode, _, string errors) = Repository.Run(_folder.Path, "device-check", option, value);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.Contain(expected));
    }

    [TestCase(0.5, 1.0, false, "ok")]
    [TestCase(1.5, 1.0, false, "FAILED")]
    [TestCase(double.NaN, 1.0, false, "FAILED")]
    [TestCase(1.5, null, false, "")]
    [TestCase(null, null, false, "skipped")]
    [TestCase(null, null, true, "FAILED")]
    public void AFindingIsJudgedByItsLimit(double? value, double? limit, bool failed, string verdict) => Assert.That(
        new CheckRow("a", "b", value, Limit: limit) { IsFailure = failed }.Verdict, Is.EqualTo(verdict));
}
