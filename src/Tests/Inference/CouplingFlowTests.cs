using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Sizes, starting point and normalisation of whole flows.</summary>
public sealed class CouplingFlowTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(7);

    // The published library's counts, for the published experiments' dimensions, conditions and depths.
    [TestCase(CouplingKind.Affine, 2, 2, 6, 411_696)]
    [TestCase(CouplingKind.Spline, 2, 2, 6, 280_164)]
    [TestCase(CouplingKind.Affine, 2, 2, 4, 274_464)]
    [TestCase(CouplingKind.Spline, 2, 2, 4, 186_776)]
    [TestCase(CouplingKind.Affine, 4, 2, 6, 417_888)]
    [TestCase(CouplingKind.Spline, 4, 2, 6, 357_576)]
    public void SizesArePublishedSizes(CouplingKind kind, int dimension, int condition, int layers, int expected)
    {
        using RandomSource random = new(s_key);
        using CouplingFlow flow = new(dimension, condition, kind, new CouplingFlowSettings { Layers = layers }, random);
        Assert.That(flow.CountWeights(), Is.EqualTo(expected));
    }

    [Test]
    public void AFreshFlowOnlyPermutes([Values] CouplingKind kind, [Values(2, 4, 7)] int dimension)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using CouplingFlow flow = new(dimension, 3, kind, new CouplingFlowSettings { Layers = 3, Units = 16 }, random);
        Tensor u = random.Normal([100, dimension]) * 4;
        (Tensor v, Tensor log) = flow.Forward(u, random.Normal([100, 3]), ForwardPass.Evaluation);
        Assert.That((v.sort(1).Values - u.sort(1).Values).abs().max().item<float>(), Is.LessThan(1e-4));
        Assert.That(log.abs().max().item<float>(), Is.LessThan(1e-4));
    }

    [Test]
    public void AFreshLearnablePermutationIsOrthogonal([Values(2, 4, 7)] int dimension)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key);
        using LearnablePermutation map = new(dimension, random);
        (Tensor w, Tensor log) = map.Forward(eye(dimension), empty(0), ForwardPass.Evaluation);
        Assert.That((w.mm(w.t()) - eye(dimension)).abs().max().item<float>(), Is.LessThan(1e-5));
        Assert.That(log.abs().max().item<float>(), Is.LessThan(1e-5));
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void DensityIntegratesToOne([Values] CouplingKind kind, [Values] PermutationKind permutation)
    {
        using IDisposable scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using RandomSource random = new(s_key.Child(kind.ToString()));
        CouplingFlowSettings settings = new() { Layers = 3, Units = 16, Permutation = permutation };
        using FlowPosterior posterior = new(2, new DirectSummary(2), kind, settings, random);
        posterior.Perturb(0.1, s_key.Child("weights"));

        // A midpoint grid over [-10, 10]^2: wide enough for a latent of sd 1 behind weights this small.
        const int cells = 200;
        const double width = 20.0 / cells;
        Tensor axis = (arange(cells, dtype: ScalarType.Float32) + 0.5f) * width - 10;
        Tensor grid = stack([axis.unsqueeze(1).expand(cells, cells).flatten(), axis.unsqueeze(0).expand(cells, cells).flatten()], 1);
        Tensor condition = tensor(new[] { 0.8f, -0.5f }).expand(grid.shape[0], 2);
        Tensor density = posterior.LogProb(grid, condition).to(ScalarType.Float64).exp();
        Assert.That(density.sum().item<double>() * width * width, Is.EqualTo(1).Within(2e-3));
        Assert.That(density.max().item<double>(), Is.Not.EqualTo(1 / (2 * Math.PI)).Within(1e-3), "the flow must not be the identity");
    }

    [Test]
    public void DropoutActsInTrainingOnly()
    {
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using CouplingFlow flow = new(
            2,
            2,
            CouplingKind.Affine,
            new CouplingFlowSettings
            {
                Layers = 2,
                Units = 16,
                Dropout = 0.5,
            },
            random
        );
        flow.Perturb(0.2, s_key.Child("weights"));
        Tensor u = random.Normal([20, 2]);
        Tensor c = random.Normal([20, 2]);
        Tensor still = flow.Forward(u, c, ForwardPass.Evaluation).Value;
        Assert.That(still.Numbers(), Is.EqualTo(flow.Forward(u, c, ForwardPass.Evaluation).Value.Numbers()));
        Assert.That(still.Numbers(), Is.Not.EqualTo(flow.Forward(u, c, ForwardPass.WithDropout(random)).Value.Numbers()));
    }

    [Test]
    public void OneDimensionIsRefused()
    {
        using RandomSource random = new(s_key);
        Assert.That(
            () => new CouplingFlow(1, 2, CouplingKind.Affine, new CouplingFlowSettings(), random),
            Throws.ArgumentException.With.Message.Contains("at least 2 parameters, got 1"));
    }
}
