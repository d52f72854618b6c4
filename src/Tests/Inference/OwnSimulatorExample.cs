using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using Reproduce.Tests.Runner;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The README's "Use it on your own simulator", compiled and run; keep both alike.</summary>
public sealed class OwnSimulatorExample
{
    [Test]
    public void TheReadmesSnippetRuns()
    {
        using IDisposable scope = NewDisposeScope();

        // 1. Your simulator: parameters from a prior, an observation for each.
        RandomKey key = RandomKey.FromSeed(1);
        using RandomSource random = new(key.Child("simulate"));
        Tensor theta = random.Uniform([2048, 2]) * 2 - 1;
        Tensor x = theta.square() + random.Normal([2048, 2]) * 0.1;
        using Simulations simulations = new(theta, new Observation(x));

        // 2. An estimator: what summarises an observation, a free-form network, the schedule.
        DirectSummary summary = new(outputs: 2);
        ResidualMlp network = new(parameters: 2, condition: 2, new ResidualMlpSettings { Units = 64 }, random);
        ConsistencySettings settings = new() { LargestTime = 10, S0 = 10, S1 = 50 };
        using ConsistencyPosterior estimator = new(2, summary, network, theta.var(0), settings);

        // 3. Training.
        TrainingSettings training = new() { Epochs = 20, BatchSize = 64, LearningRate = 2e-3 };
        using Trainer trainer = new(estimator, training, key.Child("train"));
        trainer.Run(simulations);

        // 4. Posterior draws for new observations, [1, 1000, 2], with two network passes each.
        using Observation observed = new(tensor(new[,] { { 0.25f, 0.25f } }));
        using Tensor draws = PosteriorSampler.Sample(estimator, observed, draws: 1000, steps: 2, key.Child("sample"));

        // 5. One-step draws with their log-density.
        Tensor condition = estimator.Summarise(observed).expand(1000, -1);
        using BlockNoise noise = new([key.Child("density")], [1000], 2, CPU);
        using DrawsWithDensity weighted = estimator.DrawWithDensity(condition, noise);

        // End of the snippet. The posterior sits in four corners around (+-0.5, +-0.5).
        Assert.That(draws.shape, Is.EqualTo(new long[] { 1, 1000, 2 }));
        Assert.That(draws.abs().mean().item<float>(), Is.EqualTo(0.5).Within(0.12));
        Assert.That(draws.sign().mean().item<float>(), Is.EqualTo(0).Within(0.5), "neither sign alone");
        Assert.That(weighted.LogProb.isfinite().all().item<bool>(), Is.True);
    }

    /// <summary>Who has the packages has the second example, which the test of the packages runs.</summary>
    [Test]
    public void ThePackagesPageShowsTheSecondExample()
    {
        string[] examples = Blocks("Inference", "README.md"), shown = Blocks("PACKAGE.md");

        Assert.That(shown, Is.EqualTo(examples[1..]));

        static string[] Blocks(params string[] page) =>
        [
            .. File.ReadAllText(Path.Combine([Repository.Root, "src", .. page])).ReplaceLineEndings("\n").Split("```")
                .Where(part => part.StartsWith("csharp\n", StringComparison.Ordinal)),
        ];
    }
}
