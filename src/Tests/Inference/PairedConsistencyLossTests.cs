using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// The consistency loss as a GPU computes it, with student and teacher in one pass and everything small made on the host, against the loss
/// as the CPU computes it: the same numbers from the same random numbers.
/// </summary>
public sealed class PairedConsistencyLossTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(83);

    [Test]
    public void LossAndGradientsAreThoseOfTheCpu([Values] bool ownMasks, [Values(0, 0.3)] double dropout, [Values] bool hasPairs)
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        DeepSet summary = new(2, new DeepSetSettings { Outputs = 3, Units = 8 }, random);
        ResidualMlp mlp = new(2, 3, new ResidualMlpSettings { Units = 16, Blocks = 2, Dropout = dropout }, random);
        using ConsistencyPosterior posterior = new(
            2,
            summary,
            hasPairs ? mlp : new HiddenNetwork(mlp),
            tensor(new[] { 0.5f, 2f }),
            new ConsistencySettings { LargestTime = 10, S0 = 10, S1 = 50, IndependentTeacherDropout = ownMasks });
        posterior.Perturb(0.1, s_key.Child("weights"));
        Tensor theta = random.Normal([7, 2]);
        Observation x = new(random.Normal([7, 5, 2]));

        (double loss, double[][] gradients) = Run(posterior.Loss);
        (double paired, double[][] pairedGradients) = Run(posterior.LossOfPairs);

        Assert.That(paired, Is.EqualTo(loss).Within(1e-4).Percent);
        for (int i = 0; i < gradients.Length; i++)
        {
            double tolerance = 1e-4 * Math.Max(1e-2, gradients[i].Max(Math.Abs));
            Assert.That(pairedGradients[i], Is.EqualTo(gradients[i]).Within(tolerance), $"weight {i}");
        }

        (double, double[][]) Run(Func<Tensor, Observation, TrainingStep, Tensor> compute)
        {
            posterior.zero_grad();
            using RandomSource step = new(s_key.Child("step"));
            Tensor value = compute(theta, x, new TrainingStep(step, 40, 100) { NeedsSecondDerivatives = true });
            value.backward();
            return (value.item<float>(), [.. posterior.parameters().Select((Parameter p) => p.grad!.Numbers())]);
        }
    }
}
