using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Densities;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>
/// Densities of continuous flows: closed forms with oracle networks, mass on a grid, and Hutchinson's estimator with its error.
/// </summary>
public sealed class FlowDensityTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(67);

    [Test]
    public void FlowMatchingOfAGaussianHasItsDensity()
    {
        using IDisposable scope = NewDisposeScope();
        using FlowMatchingPosterior posterior = new(2, new DirectSummary(2), new FormulaNetwork(GaussianFlow.MatchingVelocity), new());
        Tensor theta = Points(100);

        // The error of the fourth-order method with 32 intervals; the exact field carries N(0, I) to the target without one.
        Assert.That(
            posterior.LogProb(theta, zeros_like(theta)).Numbers(),
            Is.EqualTo(GaussianFlow.LogNormal(theta, GaussianFlow.Mean, GaussianFlow.Deviation)).Within(1e-3));
    }

    [Test]
    public void ScoreModelOfAGaussianHasTheDensityOfItsFlow()
    {
        using IDisposable scope = NewDisposeScope();
        using ScorePosterior posterior = new(
            2, new DirectSummary(2), new FormulaNetwork(GaussianFlow.ScoreNetwork), ones(2), new DiffusionSettings { LargestTime = 50 });
        Tensor theta = Points(100);
        double[] found = FlowDensity
            .LogProb(posterior, theta, zeros_like(theta), new FlowDensitySettings { Intervals = 128 })
            .LogProb.Numbers();

        // With four times the default intervals the fourth-order method is exact to 1e-5 or so. theta = m + (T z - m) r is Gaussian; at T =
        // 50 it is the target up to a per cent of a standard deviation or so.
        double r = GaussianFlow.Ratio(50);
        Assert.That(found, Is.EqualTo(GaussianFlow.LogNormal(theta, GaussianFlow.Mean * (1 - r), 50 * r)).Within(1e-4));
        Assert.That(found, Is.EqualTo(GaussianFlow.LogNormal(theta, GaussianFlow.Mean, GaussianFlow.Deviation)).Within(0.2));
    }

    [TestCase("acf")]
    [TestCase("nsf")]
    [TestCase("fmpe")]
    [TestCase("npse")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void DensityIntegratesToOne(string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using IPosteriorEstimator estimator = Contenders.Create(name, perturbed: true, dropout: 0);
        Tensor axis = linspace(-8, 8, 121, dtype: ScalarType.Float32);
        Tensor[] grid = meshgrid([axis, axis], "ij");
        Tensor theta = stack([grid[0].flatten(), grid[1].flatten()], 1);
        Tensor condition = tensor(new[] { 0.4f, -0.9f }).expand(theta.shape[0], 2);
        double cell = Math.Pow(16.0 / 120, 2);
        double mass = ((ITractableDensity)estimator).LogProb(theta, condition).Numbers().Sum(l => Math.Exp(l)) * cell;

        // The sum over a grid of a third of a standard deviation is exact for smooth densities; the networks' kinks cost tenths of a per
        // cent.
        Assert.That(mass, Is.EqualTo(1).Within(1.0).Percent);
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void RandomProbesEstimateTheExactTraceWithinTheirError([Values("fmpe", "npse")] string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name, perturbed: true, dropout: 0);
        IVelocityField field = (IVelocityField)estimator;
        Tensor theta = Points(64).to(ScalarType.Float32);
        Tensor condition = full_like(theta, 0.3);
        using RandomSource random = new(s_key.Child("probes"));
        double[] exact = FlowDensity.LogProb(field, theta, condition).LogProb.Numbers();
        DensityEstimate estimate = FlowDensity.LogProb(field, theta, condition, new FlowDensitySettings { Probes = 50 }, random);
        double[] found = estimate.LogProb.Numbers();
        double[] error = estimate.StandardError!.Numbers();

        // Standardised errors have mean 0 and variance near 1 (Student's t with 49 degrees of freedom; 64 rows).
        double[] standard = [.. found.Select((f, i) => (f - exact[i]) / error[i])];
        Assert.That(error, Has.All.GreaterThan(0));
        Assert.That(standard.Select(Math.Abs), Has.All.LessThan(5));
        Assert.That(standard.Average(s => s * s), Is.InRange(0.4, 2.0));
    }

    [Test]
    public void OneProbeHasNoStandardErrorAndProbesNeedASource()
    {
        using IDisposable scope = NewDisposeScope();
        using FlowMatchingPosterior posterior = new(2, new DirectSummary(2), new FormulaNetwork(GaussianFlow.MatchingVelocity), new());
        Tensor theta = Points(3);
        using RandomSource random = new(s_key);
        FlowDensitySettings one = new() { Probes = 1 };
        Assert.That(FlowDensity.LogProb(posterior, theta, theta, one, random).StandardError, Is.Null);
        Assert.That(() => FlowDensity.LogProb(posterior, theta, theta, one), Throws.ArgumentNullException);
    }

    [Test]
    public void AVelocityThatDoesNotDependOnTheParameterHasNoDivergence()
    {
        using IDisposable scope = NewDisposeScope();
        using FlowMatchingPosterior posterior = new(2, new DirectSummary(2), new FormulaNetwork((theta, _, _) => ones_like(theta)), new());
        Tensor theta = Points(10);
        Assert.That(posterior.LogProb(theta, theta).Numbers(), Is.EqualTo(GaussianFlow.LogNormal(theta, 1, 1)).Within(1e-9));
    }

    [Test]
    public void GradientsOfTheWeightsAndTheGradientModeStayAsTheyWere()
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using IPosteriorEstimator estimator = Contenders.Create("npse", dropout: 0);
        Tensor theta = zeros([4, 2]);
        Tensor density = ((ITractableDensity)estimator).LogProb(theta, theta);
        Assert.That(density.requires_grad, Is.False);
        Assert.That(is_grad_enabled(), Is.False);
        Assert.That(estimator.Network.parameters().Select(p => p.grad), Has.All.Null);
    }

    [Test]
    public void NothingLeaks([Values("fmpe", "npse")] string name)
    {
        using IDisposable scope = NewDisposeScope();
        using IPosteriorEstimator estimator = Contenders.Create(name, dropout: 0);
        Tensor theta = zeros([4, 2]);
        ((ITractableDensity)estimator).LogProb(theta, theta).Dispose();
        long before = LiveTensors.Settled();
        ((ITractableDensity)estimator).LogProb(theta, theta).Dispose();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    // Over the whole target, beyond three standard deviations too.
    private static Tensor Points(int count)
    {
        using RandomSource random = new(s_key.Child("points"));
        return (random.Normal([count, 2], dtype: ScalarType.Float64) * (1.5 * GaussianFlow.Deviation) + GaussianFlow.Mean);
    }
}
