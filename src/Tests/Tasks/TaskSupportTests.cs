using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Tasks.Benchmark;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Tasks;

/// <summary>The bounds of parameters that tasks tell, and the setting that needs them.</summary>
public sealed class TaskSupportTests
{
    private const double None = double.NegativeInfinity, All = double.PositiveInfinity;

    /// <summary>Of the tasks of sbibm, as their paper gives the priors (Lueckmann et al. 2021).</summary>
    [TestCase(BenchmarkName.GaussianLinear, 10, None, All)]
    [TestCase(BenchmarkName.GaussianLinearUniform, 10, -1, 1)]
    [TestCase(BenchmarkName.GaussianMixture, 2, -10, 10)]
    [TestCase(BenchmarkName.TwoMoons, 2, -1, 1)]
    [TestCase(BenchmarkName.Slcp, 5, -3, 3)]
    [TestCase(BenchmarkName.SlcpDistractors, 5, -3, 3)]
    [TestCase(BenchmarkName.BernoulliGlm, 10, None, All)]
    [TestCase(BenchmarkName.BernoulliGlmRaw, 10, None, All)]
    [TestCase(BenchmarkName.Sir, 2, 0, All)]
    [TestCase(BenchmarkName.LotkaVolterra, 4, 0, All)]
    public void TheBenchmarksPriorsHaveTheirBounds(BenchmarkName problem, int parameters, double low, double high) => Assert.That(
        new BenchmarkSettings { Problem = problem }.Support(), Is.EqualTo(Enumerable.Repeat((low, high), parameters)));

    /// <summary>A fixed parameter is none that is inferred.</summary>
    [Test]
    public void AnExternalTaskTellsTheBoundsOfItsPriors()
    {
        using TemporaryFolder folder = new();
        string file = Experiment(
            folder,
            "",
            "{name: a, prior: {kind: half-normal, sd: 1}}",
            "{name: known, prior: {kind: fixed, value: 3}}",
            "{name: b, prior: {kind: truncated, low: -1, of: {kind: uniform, low: -4, high: 2}}}",
            "{names: [c, d], prior: {kind: multivariate-normal, mean: [0, 0], covariance: [[1, 0], [0, 1]]}}");

        Assert.That(
            Repository.Request(file).Load().Experiment.Task.Support(), Is.EqualTo(new[] { (0, All), (-1, 2), (None, All), (None, All) }));
    }

    [Test]
    public void BoundsThatTheSimulatorKeepsToItselfAreMissed()
    {
        using TemporaryFolder folder = new();
        string file = Experiment(folder, "offers: [prior]", "{name: a}");

        Assert.That(
            () => Repository.Request(file).Load(),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains(
                "unbounded: the task does not tell the bounds of its parameters: kind sbibm does, and kind external with priors"));
    }

    private static string Experiment(TemporaryFolder folder, string offers, params string[] parameters)
    {
        folder.File("mine.yaml", $$"""
            name: mine
            title: Mine
            task:
              kind: external
              command: [python3, mine.py]
              {{offers}}
              parameters: [{{string.Join(", ", parameters)}}]
            simulations: {budgets: [100], validation: 10}
            test: {data_sets: 2, draws: 50}
            summary: {kind: direct}
            contenders:
              cmpe:
                kind: cmpe
                standardise: true
                unbounded: true
                network: {units: 8, blocks: 1}
                consistency: {largest_time: 10, s0: 2, s1: 4}
                training: {epochs: 1, batch_size: 32, learning_rate: 1.0e-3}
                steps: [1]
            """);
        return Path.Combine(folder.Path, "mine.yaml");
    }
}
