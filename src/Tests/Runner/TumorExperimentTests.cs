using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>Experiment 5: the sizes of its networks, a tiny run through the command line, and an interruption of its simulations.</summary>
public sealed class TumorExperimentTests
{
    private const string Tiny = """
        name: tumor
        title: Tiny tumour
        seed: 5
        device: cpu
        task: {kind: tumor-spheroid}
        simulations: {budgets: [70], validation: 6}
        test: {data_sets: 3, draws: 50}
        summary:
          kind: series-fusion
          curve: growth
          profiles: [proliferation, ecm]
          points_per_step: 30
          curve_units: 2
          transformer: {blocks: 1, template_units: 2, heads: 1, key_size: 2, units: 4, outputs: 2}
          units: 4
          outputs: 3
        contenders:
          acf:
            kind: acf
            flow: {layers: 1, units: 8, permutation: learnable}
            training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}
        sampling: {repeats: 1, threads: 2}
        """;

    /// <summary>The published script's summary of its model prints the weights of the two networks.</summary>
    [Test]
    public void TheNetworksHaveAsManyWeightsAsThePublishedOnes()
    {
        (_, Experiment tumor) = Repository.Request(Path.Combine(Repository.Root, "experiments", "tumor.yaml")).Load();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(RandomKey.FromSeed(1));
        using Observation x = new(new Dictionary<string, Tensor>
        {
            ["growth"] = random.Normal([8, 20]),
            ["proliferation"] = random.Normal([8, 300]),
            ["ecm"] = random.Normal([8, 300]),
        });
        using SummaryNetwork summary = tumor.Summary.Create(x, random);
        FreeFormNetworkSettings network = ((FreeFormContenderSettings)tumor.Contenders["fmpe"]).Network;
        Assert.That(summary.CountWeights(), Is.EqualTo(179_620));
        Assert.That(network.Create(new NetworkParts(7, 32, 1, random)).CountWeights(), Is.EqualTo(1_075_207));
    }

    [Category(FastUnlessSlowAttribute.Slow)]
    [Test]
    public void ATinyRunReportsErrorsCalibrationAndTimeAndGoesOnAfterAnInterruption()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("experiments/tumor.yaml", Tiny);
        (int exitCode, string output, string errors) = Repository.Run(folder.Path, file);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string results = Path.Combine(folder.Path, "results", "tumor");
        string report = File.ReadAllText(Path.Combine(results, "report.md"));
        MeasurementTable table = MeasurementTable.Read(Path.Combine(results, "measurements.csv"));
        double Value(string metric) => table.Rows.Where(r => r.Metric == metric).Average(r => r.Value);
        string simulations = Directory.GetDirectories(Path.Combine(folder.Path, "results", "cache", "simulate")).Single();
        byte[] before = File.ReadAllBytes(Path.Combine(simulations, "training.npz"));
        Assert.Multiple(() =>
        {
            Assert.That(
                table
                    .Rows.Select(r => r.Metric)
                    .Distinct()
                    .Where(m => m.Contains("c2st", StringComparison.Ordinal) || m.Contains("mmd", StringComparison.Ordinal)),
                Is.Empty
            );
            Assert.That(table.Rows.Count(r => r.Metric == MetricStyle.Rmse), Is.EqualTo(3));
            // An absolute error is at most the root of the mean square; the prior's means (-2, 2, 0.6, four times -2.5) average to -9.4/7.
            Assert.That(Value(MetricStyle.ScaledError) * 9.4 / 7, Is.InRange(0.3, Value(MetricStyle.Rmse)));
            Assert.That(Value(MetricStyle.TotalSeconds), Is.EqualTo(Value(MetricStyle.Seconds) * 3 * 50 / 1000).Within(1e-9));
            Assert.That(report, Does.Contain("published script's").And.Contain("max ECE").And.Not.Contain("C2ST: two hidden"));
            Assert.That(Directory.GetDirectories(simulations), Is.Empty, "finished chunks are gone when the pool is complete");
        });

        // As an interruption leaves it: some chunks of the pool in the unfinished folder, here the first of them spoilt.
        string unfinished = simulations + ".part";
        Directory.Delete(simulations, recursive: true);
        string chunks = Directory.CreateDirectory(Path.Combine(unfinished, "training", "0")).FullName;
        File.WriteAllBytes(Path.Combine(chunks, "simulations-0000000-0000063.bin"), new byte[100]);
        (exitCode, output, errors) = Repository.Run(folder.Path, file);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(File.ReadAllBytes(Path.Combine(simulations, "training.npz")), Is.EqualTo(before));
    }
}
