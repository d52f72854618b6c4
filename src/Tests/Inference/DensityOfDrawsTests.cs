using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// Draws that come with their density: the same density as evaluated afterwards, in closed form for a Gaussian, the same for any batching.
/// </summary>
public sealed class DensityOfDrawsTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(89);

    [TestCase("acf")]
    [TestCase("nsf")]
    [TestCase("fmpe")]
    [TestCase("npse")]
    public void ItIsTheDensityAtTheDraw(string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name, perturbed: true);
        using BlockNoise noise = new([s_key], [300], 2, CPU);
        Tensor condition = tensor(new[] { 0.4f, -0.9f }).expand(300, 2);
        DrawsWithDensity drawn = ((IDensityOfDraws)estimator).DrawWithDensity(condition, noise);
        double[] again = ((ITractableDensity)estimator).LogProb(drawn.Theta, condition).Numbers();
        double[] differences = [.. drawn.LogProb.Numbers().Zip(again, (a, b) => Math.Abs(a - b))];

        // Back along the same path; networks with kinks cost the integrators a few thousandths, and the spline's search single precision.
        Assert.That(differences.Order().ElementAt(150), Is.LessThan(2e-3));
        Assert.That(differences, Has.All.LessThan(0.1));
        Assert.That(drawn.LogProb.requires_grad || drawn.Theta.requires_grad, Is.False);
    }

    [Test]
    public void TheFlowOfAGaussianGivesGaussianDrawsAndTheirDensity()
    {
        using IDisposable scope = NewDisposeScope();
        using FlowMatchingPosterior posterior = new(2, new DirectSummary(2), new FormulaNetwork(GaussianFlow.MatchingVelocity), new());
        using RandomSource random = new(s_key);
        using SourceNoise noise = new(random, 20_000);
        DrawsWithDensity drawn = posterior.DrawWithDensity(zeros([20_000, 2], dtype: ScalarType.Float64), noise);
        Assert.That(
            drawn.LogProb.Numbers(),
            Is.EqualTo(GaussianFlow.LogNormal(drawn.Theta, GaussianFlow.Mean, GaussianFlow.Deviation)).Within(1e-3)
        );

        // Five standard errors.
        Assert.That(
            drawn.Theta.mean([0L]).Numbers(),
            Has.All.EqualTo(GaussianFlow.Mean).Within(5 * GaussianFlow.Deviation / Math.Sqrt(20_000))
        );
        Assert.That(
            drawn.Theta.std(0).Numbers(),
            Has.All.EqualTo(GaussianFlow.Deviation).Within(5 * GaussianFlow.Deviation / Math.Sqrt(40_000))
        );
    }

    [TestCaseSource(typeof(Contenders), nameof(Contenders.Names))]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void BatchingDoesNotMatterAndNothingLeaks(string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name, perturbed: true);
        using Observation x = new(tensor(new[,] { { 0.1f, 0.5f }, { -1f, 2f }, { 0.3f, 0.2f } }));
        using DrawsWithDensity one = PosteriorSampler.SampleWithDensity(
            estimator, x, 1100, s_key, new SamplingSettings { RowsPerPass = 1 });
        long before = LiveTensors.Settled();
        using DrawsWithDensity two = PosteriorSampler.SampleWithDensity(
            estimator,
            x,
            1100,
            s_key,
            new SamplingSettings { RowsPerPass = 5000, Threads = 2 }
        );
        Assert.Multiple(() =>
        {
            Assert.That(Tensor.TotalCount - before, Is.EqualTo(2), "the two results");
            Assert.That(one.Theta.shape, Is.EqualTo(new long[] { 3, 1100, 2 }));
            Assert.That(one.LogProb.shape, Is.EqualTo(new long[] { 3, 1100 }));

            // Single precision, along paths of a hundred steps; beside a kink the two may take different sides.
            double[] differences = [.. one.LogProb.Numbers().Zip(two.LogProb.Numbers(), (a, b) => Math.Abs(a - b))];
            Assert.That(differences.Order().ElementAt(3290), Is.LessThan(5e-3));
            Assert.That(one.Theta.Numbers(), Is.EqualTo(two.Theta.Numbers()).Within(2e-3));
        });
    }

    [TestCase("acf", 1, 2)]
    [TestCase("nsf", 1, 2)]
    [TestCase("fmpe", 7, 128)]
    [TestCase("cmpe", 7, 1)]
    [TestCase("npse", 7, 128)]
    public void PassesAreCounted(string name, int draw, int weighted)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name);
        Tensor condition = zeros([5, 2]);
        using BlockNoise noise = new([s_key], [5], 2, CPU);
        estimator.Draw(condition, noise, 7);
        Assert.That(estimator.Network.Passes, Is.EqualTo(draw));
        ((IDensityOfDraws)estimator).DrawWithDensity(condition, noise);

        // An inverse and a forward pass; 32 intervals of four passes; one.
        Assert.That(estimator.Network.Passes, Is.EqualTo(draw + weighted));
    }

    [Test]
    public void AnEstimatorWithoutDensityIsNamed()
    {
        using IDisposable scope = NewDisposeScope();
        using WatchedEstimator estimator = new();
        using Observation x = new(zeros([1, 2]));
        Assert.That(
            () => PosteriorSampler.SampleWithDensity(estimator, x, 5, s_key),
            Throws.ArgumentException.With.Message.Contains("WatchedEstimator does not know the density of its draws"));
    }
}
