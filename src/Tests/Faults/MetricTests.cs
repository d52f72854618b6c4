using System.Globalization;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Evaluation;
using Reproduce.Runner.CommandLine;
using Reproduce.Tests.Runner;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Faults;

/// <summary>Metrics of draws far from where they are comfortable, with what they were before; the tests of each metric try more.</summary>
public sealed class MetricTests
{
    private const int Subject = 10;
    private static readonly RandomKey s_key = RandomKey.FromSeed(71);

    [Test]
    public void DoublePrecisionIsKept() => FaultLog.Try(
        Subject, "one column, N(m + 1.5 s, s) against N(m, s) in float64: C2ST is Phi(0.75) = 0.773", () =>
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        List<string> seen = [];
        foreach ((double mean, double scale) in new[] { (5e8, 1.0), (0, 1e-40), (0, 1e300) })
        {
            Tensor draws = (random.Normal([1, 2000, 1]).to_type(ScalarType.Float64) + 1.5) * scale + mean;
            Tensor reference = random.Normal([1, 2000, 1]).to_type(ScalarType.Float64) * scale + mean;
            double score = C2st.Score(draws, reference, new C2stSettings(), s_key)[0];
            Assert.That(score, Is.EqualTo(0.773).Within(0.05), $"{mean} {scale}");
            seen.Add(Text($"{score:0.000} (m {mean:G2}, s {scale:G2})"));
        }

        return (seen.Count, $"{string.Join(", ", seen)}; before: `score` said 0.489 with m of 5e8 and crashed with s of 1e300");
    });

    [Test]
    public void ChanceIsOneHalfForAnyNumberOfDraws() => FaultLog.Try(
        Subject, "100 against 10,000 draws of one normal distribution: C2ST is 0.5", () =>
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        C2stResult result = C2stResult.Combine(
            C2st.Test(random.Normal([8, 100, 2]), random.Normal([8, 10_000, 2]), new C2stSettings(), s_key));
        Assert.That(result.Accuracy, Is.EqualTo(0.5).Within(4 * result.StandardError));
        Assert.That(result.PValue, Is.GreaterThan(0.001));
        return (8, Text($"{result.Accuracy:0.000} +- {result.StandardError:0.000}, p = {result.PValue:0.00}; before: 0.990"));
    });

    [Test]
    public void DiscretePosteriorsAreCalibrated() => FaultLog.Try(
        Subject, "exact posteriors of a Bernoulli parameter: ranks are uniform", () =>
    {
        const int sets = 1000, draws = 10, bins = 10;
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor p = random.Uniform([sets, 1]);
        Tensor truth = random.Uniform([sets, 1]).lt(p).to_type(ScalarType.Float32);
        Tensor theta = random.Uniform([sets, draws, 1]).lt(p.unsqueeze(1)).to_type(ScalarType.Float32);
        RankHistogram histogram = Calibration.RankHistogram(Calibration.Ranks(theta, truth, s_key)[0], draws, bins, 0.999);
        for (int b = 0; b < bins; b++)
        {
            Assert.That(histogram.Counts[b], Is.InRange(histogram.Low[b], histogram.High[b]), $"bin {b}");
        }

        string counts = string.Join(", ", histogram.Counts);
        return (sets, $"counts of 11 ranks in 10 bins {counts}, all in their ranges; before: 466, 0, 0, 9, 241, ...");
    });

    [Test]
    public void ModesFarApartKeepTheirDistances() => FaultLog.Try(
        Subject, "20 dimensions, modes at +-3000 in each, shift 0.3: MMD is that of a double sum", () =>
    {
        const int count = 300;
        const double bandwidth = 20;
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        Tensor mode = (arange(count, dtype: ScalarType.Float64).lt(count / 2).to_type(ScalarType.Float64) * 6000 - 3000).unsqueeze(1);
        Tensor x = random.Normal([count, 20]).to_type(ScalarType.Float64) + mode + 0.3;
        Tensor y = random.Normal([count, 20]).to_type(ScalarType.Float64) + mode;
        double exact = Mean(x, x) + Mean(y, y) - 2 * Mean(x, y);
        double found = MaximumMeanDiscrepancy.Pair(x, y, new MmdSettings { Bandwidths = [bandwidth] }).Biased;
        Assert.That(found, Is.EqualTo(exact).Within(1).Percent);
        return (1, Text($"{found:0.000000} of {exact:0.000000}; before: 0.254 of 0.143 by `score` for all its bandwidths"));

        static double Mean(Tensor a, Tensor b) =>
            (a.unsqueeze(1) - b.unsqueeze(0)).square().sum(2).div(-2 * bandwidth).exp().mean().ToDouble();
    });

    [Test]
    public void WhatCannotBeScoredIsRefused() => FaultLog.Try(Subject, "`score` of no name, a folder, a text file, 5000 parameters", () =>
    {
        using TemporaryFolder folder = new();
        string good = Path.Combine(folder.Path, "good.npz"), wide = Path.Combine(folder.Path, "wide.npz");
        using (NewDisposeScope())
        {
            Npz.Write(good, new Dictionary<string, Tensor> { ["draws"] = zeros(10, 2) });
            Npz.Write(wide, new Dictionary<string, Tensor> { ["draws"] = zeros(10, 5000) });
        }

        (string Samples, string Reference)[] cases =
        [
            ("", good),
                (folder.Path, good),
                (folder.File("text.npz", "hello"), good),
                (wide, wide),
            ];
        foreach ((string samples, string reference) in cases)
        {
            Assert.That(
                () => ScoreCommand.Run(samples, reference, 1, json: false, TextWriter.Null),
                Throws.TypeOf<ConfigurationException>(),
                samples
            );
        }

        return (cases.Length, "all refused in one sentence, exit code 2; before: stack traces for no name and 5000 parameters");
    });

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
