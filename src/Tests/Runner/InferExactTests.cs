using System.Text.Json;
using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>The verb infer from a simulator in Python to draws: trained contenders beside posteriors in closed form.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class InferExactTests
{
    private const int Draws = 4000;

    private static readonly string[] s_names = ["a", "b"];

    /// <summary>
    /// The exact posterior of y = (0.4, 1.4, -0.2, 0.2) is N((0.8, 0), 1/9). Means lie within a tenth of the deviation of ACF, a fifth of
    /// CMPE, and deviations within 10 %: 4000 draws know a mean to 0.016 of the deviation and that to 1.1 %, the rest is for trainings of
    /// seconds. ACF's draws, which have a density and a likelihood, are worth nearly as many exact ones, and the weighted numbers lie
    /// within four standard errors.
    /// </summary>
    [Test]
    public void DrawsOfTrainedContendersAreThoseOfTheExactPosterior()
    {
        using LinearProgram program = new(
            "trained",
            ["{name: a, prior: {kind: normal, mean: 0, sd: 1}}", "{name: b, prior: {kind: normal, mean: 0, sd: 1}}"],
            """
            simulations: {budgets: [8000], validation: 200}
            test: {data_sets: 2, draws: 50}
            contenders:
              acf:
                kind: acf
                standardise: true
                flow: {layers: 2, units: 32}
                training: {epochs: 40, batch_size: 64, learning_rate: 2.0e-3}
              cmpe:
                kind: cmpe
                standardise: true
                network: {units: 64, blocks: 2}
                consistency: {largest_time: 10, s0: 10, s1: 50}
                training: {epochs: 60, batch_size: 64, learning_rate: 1.0e-3}
                steps: [4]
            """);

        Dictionary<string, JsonElement> found = new[] { "acf", "cmpe" }.ToDictionary(name => name, name => program.Infer(
            "--contender", name, "--observation", "y.json", "--draws", $"{Draws}", "--predictive", "0", "--local-c2st", "0"));
        JsonElement weights = found["acf"].GetProperty("weights");
        double size = weights.GetProperty("effective_size").GetDouble(), error = 4 / 3.0 / Math.Sqrt(size);
        Assert.Multiple(() =>
        {
            foreach ((string contender, JsonElement one) in found)
            {
                double share = contender == "acf" ? 0.1 : 0.2;
                foreach ((string name, double exact) in s_names.Zip([0.8, 0.0]))
                {
                    JsonElement parameter = one.GetProperty("parameters").GetProperty(name);
                    Assert.That(Number(parameter, "mean"), Is.EqualTo(exact).Within(share / 3), $"{contender}, mean of {name}");
                    Assert.That(Number(parameter, "sd"), Is.EqualTo(1 / 3.0).Within(10).Percent, $"{contender}, sd of {name}");
                }
            }

            Assert.That(size, Is.InRange(0.9 * Draws, Draws));
            Assert.That(weights.GetProperty("pareto_k").GetDouble(), Is.LessThan(0.7));
            foreach ((string name, double exact) in s_names.Zip([0.8, 0.0]))
            {
                JsonElement parameter = weights.GetProperty("parameters").GetProperty(name);
                Assert.That(Number(parameter, "mean"), Is.EqualTo(exact).Within(error), $"weighted mean of {name}");
                Assert.That(Number(parameter, "sd"), Is.EqualTo(1 / 3.0).Within(error / Math.Sqrt(2)), $"weighted sd of {name}");
            }
        });
    }

    /// <summary>
    /// a is half-normal and b uniform on (-1, 1); y = (-0.2, 0.2, 0.9, 1.3) puts both posteriors against their bounds: that of a is
    /// N(0, 1/9) above 0, that of b N(1.1, 1/8) between the bounds. No draw of the contender that is told of the bounds
    /// lies outside, many of the other's do; the weighted numbers of the first are the exact ones within four standard errors.
    /// </summary>
    [Test]
    public void DrawsOfAnUnboundedContenderKeepToTheBoundsOfThePriors()
    {
        using LinearProgram program = new(
            "bounded",
            ["{name: a, prior: {kind: half-normal, sd: 1}}", "{name: b, prior: {kind: uniform, low: -1, high: 1}}"],
            """
            simulations: {budgets: [8000], validation: 200}
            test: {data_sets: 2, draws: 50}
            contenders:
              inside:
                kind: nsf
                standardise: true
                unbounded: true
                flow: {layers: 2, units: 32, bins: 8}
                training: {epochs: 20, batch_size: 64, learning_rate: 2.0e-3}
              free:
                kind: acf
                standardise: true
                flow: {layers: 2, units: 32}
                training: {epochs: 5, batch_size: 64, learning_rate: 2.0e-3}
            """);
        program.Write("edge.json", """{"y": [-0.2, 0.2, 0.9, 1.3]}""");
        string[] arguments = ["--observation", "edge.json", "--draws", $"{Draws}", "--predictive", "0", "--local-c2st", "0"];

        JsonElement weights = program.Infer(["--contender", "inside", .. arguments]).GetProperty("weights");
        double[][] inside = Rows(program);
        (int exported, string output, string errors) = Repository.Run(
            program.Path, "export", "bounded.yaml", "--contender", "inside", "--file", "inside.npz");
        Assert.That(exported, Is.EqualTo(ExitCodes.Success), output + errors);
        (exported, output, errors) = Repository.Run(
            program.Path, ["infer", "--model", "inside.npz", "--out", "results/bounded", .. arguments]);
        Assert.That(exported, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(Rows(program), Is.EqualTo(inside), "infinite bounds travel in a file");
        program.Infer(["--contender", "free", .. arguments]);
        double[][] free = Rows(program);

        double size = weights.GetProperty("effective_size").GetDouble();
        (double mean, double sd) a = Truncated(0, 1 / 3.0, 0, double.PositiveInfinity), b = Truncated(1.1, Math.Sqrt(1 / 8.0), -1, 1);
        Assert.Multiple(() =>
        {
            Assert.That(inside.Count(row => row[0] < 0 || Math.Abs(row[1]) > 1), Is.Zero);
            Assert.That(free.Count(row => row[0] < 0 || Math.Abs(row[1]) > 1), Is.GreaterThan(Draws / 10));
            Assert.That(size, Is.InRange(0.5 * Draws, Draws));
            foreach ((string name, (double mean, double sd)) in s_names.Zip([a, b]))
            {
                JsonElement parameter = weights.GetProperty("parameters").GetProperty(name);
                Assert.That(Number(parameter, "mean"), Is.EqualTo(mean).Within(4 * sd / Math.Sqrt(size)), $"mean of {name}");
                // The kurtosis of both is below 5: the error of a standard deviation is at most sd / sqrt(size).
                Assert.That(Number(parameter, "sd"), Is.EqualTo(sd).Within(4 * sd / Math.Sqrt(size)), $"sd of {name}");
            }
        });
    }

    // Mean and deviation of a normal distribution between two ends, from the textbook.
    private static (double Mean, double Sd) Truncated(double mean, double sd, double low, double high)
    {
        double from = (low - mean) / sd, to = (high - mean) / sd, mass = Normal.CDF(0, 1, to) - Normal.CDF(0, 1, from);
        double atLow = Normal.PDF(0, 1, from), atHigh = Normal.PDF(0, 1, to);
        double shift = (atLow - atHigh) / mass, spread = (from * atLow - (double.IsFinite(to) ? to * atHigh : 0)) / mass;
        return (mean + sd * shift, sd * Math.Sqrt(1 + spread - shift * shift));
    }

    private static double Number(JsonElement parameter, string name) => parameter.GetProperty(name).GetDouble();

    private static double[][] Rows(LinearProgram program)
    {
        using DisposeScope scope = NewDisposeScope();
        string file = Path.Combine(program.Path, "results", "bounded", "infer", "edge", "draws.npz");
        return [.. Npz.ReadDoubles(file)["draws"].Chunk(2)];
    }
}
