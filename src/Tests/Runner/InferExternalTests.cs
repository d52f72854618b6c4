using System.Text.Json;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The verb infer with a simulator of the user's that knows its likelihood, and a posterior that is known.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class InferExternalTests
{
    private LinearProgram _program = null!;

    [OneTimeSetUp]
    public void MakeTheExperiment() => _program = new LinearProgram(
        "linear",
        ["{name: a, prior: {kind: normal, mean: 0, sd: 1}}", "{name: b, prior: {kind: normal, mean: 0, sd: 1}}"],
        """
        simulations: {budgets: [512], validation: 1000}
        test: {data_sets: 2, draws: 50}
        infer: {observation: y.json, statistics: [argmax, "y:quantile:0.5"]}
        contenders:
          acf:
            kind: acf
            standardise: true
            flow: {layers: 2, units: 16}
            training: {epochs: 6, batch_size: 64, learning_rate: 1.0e-3}
          cmpe:
            kind: cmpe
            network: {units: 8, blocks: 1, dropout: 0.1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 5, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1]
        """);

    [OneTimeTearDown]
    public void RemoveIt() => _program?.Dispose();

    /// <summary>
    /// A contender of six epochs: the exact posterior of y = (0.4, 1.4, -0.2, 0.2) is N((0.8, 0), 1/9). The weighted means lie within four
    /// of their standard errors, sqrt(1 / 9 ESS), and so do the deviations; the draws' own do not. The file's weights are those of the
    /// formula, but for the largest, which are smoothed.
    /// </summary>
    [Test]
    public void DrawsOfAPoorContenderAreWeighedToTheExactPosterior()
    {
        JsonElement found = _program.Infer("--contender", "acf", "--draws", "4000", "--predictive", "50");

        // Such a contender is found out at the observation, too.
        Assert.That(found.GetProperty("local_c2st").GetProperty("p_value").GetDouble(), Is.LessThanOrEqualTo(0.05));
        JsonElement weights = found.GetProperty("weights");
        double size = weights.GetProperty("effective_size").GetDouble();
        string folder = Path.Combine(_program.Path, "results", "linear", "infer", "y");
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, double[]> arrays = Npz.ReadDoubles(Path.Combine(folder, "draws.npz"));
        double[] w = arrays["weight"], a = Column(arrays["draws"], 0), b = Column(arrays["draws"], 1);
        double[] raw =
        [
            .. Enumerable.Range(0, a.Length).Select(i => Math.Exp(
                -0.5 * (a[i] * a[i] + b[i] * b[i]) - Math.Log(2 * Math.PI)
                    - 2 * (Square(0.4 - a[i]) + Square(1.4 - a[i]) + Square(-0.2 - b[i]) + Square(0.2 - b[i]))
                    - arrays["log_density"][i])),
        ];
        double[] ratio = [.. Enumerable.Range(0, raw.Length).OrderBy(i => raw[i]).Take(3000).Select(i => w[i] / raw[i])];
        double meanError = 4 / 3.0 / Math.Sqrt(size), plainError = 4 / 3.0 / Math.Sqrt(4000);
        JsonElement exact = weights.GetProperty("parameters"), plain = found.GetProperty("parameters");
        Assert.Multiple(() =>
        {
            Assert.That(size, Is.InRange(100, 3990));
            Assert.That(size, Is.EqualTo(1 / w.Sum(v => v * v)).Within(1e-6));
            Assert.That(weights.GetProperty("is_reliable").GetBoolean(), Is.True);
            Assert.That(Number(exact, "a", "mean"), Is.EqualTo(0.8).Within(meanError));
            Assert.That(Number(exact, "b", "mean"), Is.EqualTo(0).Within(meanError));
            Assert.That(Number(exact, "a", "sd"), Is.EqualTo(1 / 3.0).Within(meanError / Math.Sqrt(2)));
            Assert.That(Number(exact, "b", "sd"), Is.EqualTo(1 / 3.0).Within(meanError / Math.Sqrt(2)));
            Assert.That(Number(exact, "a", "mean"), Is.EqualTo(a.Zip(w, (t, v) => t * v).Sum()).Within(1e-9));
            Assert.That(Number(plain, "a", "mean"), Is.Not.EqualTo(0.8).Within(plainError));
            Assert.That(Number(plain, "a", "sd"), Is.Not.EqualTo(1 / 3.0).Within(plainError / Math.Sqrt(2)));
            Assert.That(ratio, Is.All.EqualTo(ratio[0]).Within(1e-3).Percent);
            Assert.That(
                File.ReadAllText(Path.Combine(folder, "summary.md")),
                Does.Contain("| a, weighted |").And.Contains("effective sample size").And.Contains("k-hat"));
        });
    }

    /// <summary>
    /// The experiment's statistics, and the program's own: the difference of two numbers that are seen of the same parameter is
    /// N(0, 1/2) whatever the draws are, and was 1: p = 2 (1 - Phi(sqrt 2)) = 0.157, within five standard errors of 2000 simulations. The
    /// largest of four is at one place in the observation.
    /// </summary>
    [Test]
    public void ChosenStatisticsAndThoseOfTheProgramAreCompared()
    {
        JsonElement[] statistics =
        [
            .. _program.Infer("--contender", "acf", "--draws", "2000", "--predictive", "2000").GetProperty("predictive").EnumerateArray(),
        ];

        Assert.That(
            statistics.Select(s => s.GetProperty("statistic").GetString()),
            Is.EqualTo(new[] { "y: argmax", "y: quantile 0.5", "both 1", "both 2", "difference" }));
        double[] observed = [.. statistics.Select(s => s.GetProperty("observed").GetDouble())];
        Assert.That(observed, Is.EqualTo(new[] { 2, 0.3, -0.2, 0.2, 1 }).Within(1e-6));
        Assert.That(statistics[^1].GetProperty("p_value").GetDouble(), Is.EqualTo(0.1573).Within(5 * 2 * 0.006));
    }

    [Test]
    public void TheCommandLinesStatisticsAreInPlaceOfTheFiles()
    {
        JsonElement found = _program.Infer(
            "--contender", "acf", "--draws", "50", "--predictive", "50", "--statistics", "count-above:0.3", "y:at:2");

        Assert.That(
            found.GetProperty("predictive").EnumerateArray().Take(2).Select(s => s.GetProperty("observed").GetDouble()),
            Is.EqualTo(new[] { 2, 1.4 }).Within(1e-6));
    }

    [TestCase("quantle:0.5", "--statistics: 'quantle:0.5': expected one of mean, sd, min,")]
    [TestCase("z:mean", "--statistics: there is no array 'z'; the arrays are y.")]
    [TestCase("autocorrelation:4", "--statistics: autocorrelation 4: the array has 4 numbers.")]
    public void AWrongStatisticIsNamed(string statistic, string reason)
    {
        (int exitCode, _, string errors) = _program.Run("--contender", "acf", "--statistics", statistic);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration), errors);
        Assert.That(errors, Does.Contain(reason));
    }

    /// <summary>The report names the same p-value as the verb, for the contender's steps that figures show.</summary>
    [Test]
    public void TheReportTestsTheExperimentsObservation()
    {
        (int exitCode, string output, string errors) = Repository.Run(_program.Path, "linear.yaml", "--only", "acf", "--out", "out");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        double p = _program.Infer("--contender", "acf", "--predictive", "0").GetProperty("local_c2st").GetProperty("p_value").GetDouble();
        string text = File.ReadAllText(Path.Combine(_program.Path, "out", "report.md"));
        Assert.That(text, Does.Contain("Local C2ST at y.json").And.Contains($": p = {p:0.00}"));
        string row = File.ReadLines(Path.Combine(_program.Path, "out", "measurements.csv")).Single(l => l.Contains("local_c2st_p"));
        Assert.That(row, Does.EndWith($",local_c2st_p,{p},ok"));
    }

    [Test]
    public void AContenderWithoutADensityHasNoWeights()
    {
        JsonElement found = _program.Infer("--contender", "cmpe", "--draws", "100", "--predictive", "0", "--local-c2st", "0");

        JsonElement weights = found.GetProperty("weights");
        Assert.That(found.GetProperty("local_c2st").ValueKind, Is.EqualTo(JsonValueKind.Null));

        Assert.That(weights.GetProperty("effective_size").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(weights.GetProperty("notes")[0].GetString(), Does.StartWith("No importance weights: the contender does not know"));
    }

    private static double Number(JsonElement parameters, string parameter, string name) =>
        parameters.GetProperty(parameter).GetProperty(name).GetDouble();

    private static double[] Column(double[] draws, int column) => [.. draws.Chunk(2).Select(row => row[column])];

    private static double Square(double x) => x * x;
}
