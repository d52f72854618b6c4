using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>A trained estimator is its weights' file: nobody who draws from it needs the simulations that it learned from.</summary>
public sealed class WeightsFileTests
{
    private const string Head = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: gaussian-mixture, points: 4}
        simulations: {budgets: [64], validation: 0}
        test: {data_sets: 2, draws: 50}
        summary: {kind: SUMMARY}
        sampling: {repeats: 1, threads: 1}
        contenders:
          it:
            training: {epochs: 1, batch_size: 32, learning_rate: 1.0e-3}

        """;

    [TestCase("deep-set, outputs: 2, units: 8", "kind: acf|flow: {layers: 1, units: 8}")]
    [TestCase("direct", "kind: nsf|flow: {layers: 1, units: 8}")]
    [TestCase("set-transformer, outputs: 2, blocks: 1", "kind: fmpe|network: {units: 8, blocks: 1}|steps: [3]")]
    [TestCase("direct", "kind: cmpe|network: {units: 8, blocks: 1}|consistency: {largest_time: 10, s0: 2, s1: 4}|steps: [3]")]
    [TestCase(
        "direct",
        "kind: cmpe|network: {units: 8, blocks: 1}|consistency: {largest_time: 10, s0: 2, s1: 4, trainable_sigma: true}|steps: [3]"
    )]
    [TestCase("direct", "kind: npse|network: {units: 8, blocks: 1}|steps: [3]")]
    public void DrawingNeedsNoSimulations(string summary, string contender)
    {
        using TemporaryFolder folder = new();
        string settings = string.Concat(contender.Split('|').Select(line => $"    {line}\n"));
        string file = folder.File("experiments/tiny.yaml", Head.Replace("SUMMARY", summary, StringComparison.Ordinal) + settings);
        (_, Experiment experiment) = Repository.Request(file).Load();
        RunPlan plan = new(experiment, "paper", folder.Path, "cpu");
        SampleJob sample = plan.Samples.Single();
        Do(plan.Simulations[0]);
        Do(plan.TestSet);
        Do(sample.Train);
        string simulations = plan.Simulations[0].Folder.Path;
        Directory.Move(simulations, simulations + ".away");

        Do(sample);
        double[] draws = Draws(sample);

        // A file of before shapes were written has weights alone, and the same network in it.
        Directory.Move(simulations + ".away", simulations);
        Strip(sample.Train.Folder.FileOf(StageFiles.Weights));
        sample.Folder.Discard();
        Do(sample);
        Assert.That(Draws(sample), Is.EqualTo(draws));
    }

    private static void Do(IJob job) =>
        Assert.That(JobAttempt.Run(job, new JobContext(CPU, 1, CancellationToken.None), JobProgress.None), Is.Null);

    private static double[] Draws(SampleJob sample)
    {
        using IDisposable scope = NewDisposeScope();
        return Npz.Read(sample.Folder.FileOf(StageFiles.Draws))[StageFiles.DrawsArray].Numbers();
    }

    private static void Strip(string file)
    {
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, Tensor> arrays = Npz.Read(file);
        Assert.That(arrays.Keys, Has.Some.StartsWith("example_"));
        Npz.Write(file, arrays.Where(a => !a.Key.StartsWith("example_", StringComparison.Ordinal)).ToDictionary());
    }
}
