using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Flows;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>Coupling flows in vector code against the same flows in libtorch's operations: values, gradients, masks, memory.</summary>
[Category("VectorCode")]
public sealed class VectorFlowTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(43);

    [Test]
    public void ValuesAndGradientsAreLibtorchs(
        [Values] CouplingKind kind,
        [Values] PermutationKind permutation,
        [Values(1, 32, 77)] int rows,
        [Values(2, 5)] int dimension,
        [Values(0.0, 0.1)] double dropout
    )
    {
        CouplingFlowSettings settings = new() { Layers = 3, Units = 32, Bins = 6, Dropout = dropout, Permutation = permutation };
        Compare(kind, settings, rows, dimension, condition: 3, spread: 1);
    }

    [Test]
    public void ThePublishedSizes([Values] CouplingKind kind) =>
        Compare(
            kind,
            new CouplingFlowSettings
            {
                Layers = 6,
                Units = 128,
                Dropout = 0.05,
            },
            rows: 32,
            dimension: 4,
            condition: 2,
            spread: 1
        );

    [Test]
    public void OneAndThreeHiddenLayersAndAWideCondition([Values] CouplingKind kind, [Values(1, 3)] int hidden) =>
        Compare(
            kind,
            new CouplingFlowSettings
            {
                Layers = 2,
                Units = 64,
                HiddenLayers = hidden,
            },
            rows: 40,
            dimension: 3,
            condition: 37,
            spread: 1
        );

    [Test]
    public void FarOutsideOfTheSplinesDomain() =>
        Compare(
            CouplingKind.Spline,
            new CouplingFlowSettings
            {
                Layers = 2,
                Units = 32,
                Bins = 16,
            },
            rows: 64,
            dimension: 2,
            condition: 2,
            spread: 12
        );

    // A condition of t-distributed numbers, as SLCP's distractors, is some thousand deviations away now and then.
    [Test]
    public void ConditionsWithHeavyTailsHaveFiniteDensitiesAndGradients([Values(1e2, 1e3, 1e4)] double far)
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        CouplingFlowSettings settings = new() { Layers = 3, Units = 32, Bins = 6 };
        using CouplingFlow flow = Flow(random, CouplingKind.Spline, settings, 3, 2);
        ForwardPass pass = ForwardPass.WithDropout(random);
        Tensor u = random.Normal([96, 3]), condition = random.Normal([96, 2]) * far;
        Assert.That(flow.UsesVectors(u, pass), Is.True);
        (Tensor value, Tensor log) = flow.Forward(u, condition, pass);
        (value.mean() + log.mean()).backward();
        Assert.That(value.Numbers().Concat(log.Numbers()), Has.All.Matches<double>(double.IsFinite));
        Assert.That(flow.parameters().SelectMany(p => p.grad!.Numbers()), Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    public void AWidthThatDoesNotFitThePanelsIsLeftToLibtorch()
    {
        using IDisposable scope = NewDisposeScope();
        CouplingFlowSettings settings = new() { Layers = 2, Units = 48 };
        using RandomSource random = new(s_key);
        using CouplingFlow flow = Flow(random, CouplingKind.Spline, settings, 2, 2);
        Assert.That(flow.UsesVectors(random.Normal([20, 2]), ForwardPass.WithDropout(random)), Is.False);
    }

    [Test]
    public void EvaluationWithoutGradientsIsTheSameFunctionAndItsInverseUndoesIt(
        [Values] CouplingKind kind,
        [Values] PermutationKind permutation
    )
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using CouplingFlow flow = Flow(random, kind, new CouplingFlowSettings { Layers = 4, Units = 64, Permutation = permutation }, 3, 2);
        Tensor u = random.Normal([500, 3]), condition = random.Normal([500, 2]);
        Assert.That(flow.UsesVectors(u, ForwardPass.Evaluation), Is.False, "second derivatives are possible");
        (Tensor wantedValue, Tensor wantedLog) = flow.Forward(u, condition, ForwardPass.Evaluation);
        using IDisposable noGrad = no_grad();
        Assert.That(flow.UsesVectors(u, ForwardPass.Evaluation), Is.True, "nothing is recorded");
        (Tensor value, Tensor log) = flow.Forward(u, condition, ForwardPass.Evaluation);
        Assert.Multiple(() =>
        {
            Assert.That(value.Numbers(), Is.EqualTo(wantedValue.detach().Numbers()).Within(1e-4));
            Assert.That(log.Numbers(), Is.EqualTo(wantedLog.detach().Numbers()).Within(1e-4));
            Assert.That(flow.Inverse(value, condition).Numbers(), Is.EqualTo(u.Numbers()).Within(1e-3));
        });
    }

    [Test]
    public void GradientsOfTwoPassesAdd()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using CouplingFlow flow = Flow(random, CouplingKind.Spline, new CouplingFlowSettings { Layers = 2, Units = 32, Dropout = 0 }, 2, 2);
        Tensor u = random.Normal([16, 2]), condition = random.Normal([16, 2]);
        VectorCode.AssertGradientsAdd(flow, () => flow.Forward(u, condition, ForwardPass.WithDropout(random)).Value.square().sum());
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ManyPassesLeaveNoMemoryBehind([Values] CouplingKind kind)
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        using CouplingFlow flow = Flow(random, kind, new CouplingFlowSettings { Layers = 4, Units = 64 }, 2, 2);

        // What forward passes leave for backward passes would be 200 to 400 MB; managed objects wait for a collection that is rare here.
        VectorCode.AssertFlatMemory(100, 1500, 150_000_000, () =>
        {
            (Tensor v, Tensor log) = flow.Forward(random.Normal([32, 2]), random.Normal([32, 2]), ForwardPass.WithDropout(random));
            return v.square().sum() - log.sum();
        });
    }

    private static void Compare(CouplingKind kind, CouplingFlowSettings settings, int rows, int dimension, int condition, double spread)
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        Dictionary<string, double[]> vectors = Pass(true, kind, settings, rows, dimension, condition, spread);
        Dictionary<string, double[]> plain = Pass(false, kind, settings, rows, dimension, condition, spread);
        VectorCode.AssertSame(vectors, plain, tolerance: 2e-4, smallest: 1e-2);
    }

    // Outputs and all gradients of a training pass on the same numbers; a pass for second derivatives is libtorch's.
    private static Dictionary<string, double[]> Pass(
        bool vectors, CouplingKind kind, CouplingFlowSettings settings, int rows, int dimension, int condition, double spread)
    {
        using RandomSource random = new(s_key);
        using CouplingFlow flow = Flow(random, kind, settings, dimension, condition);
        Tensor u = (random.Normal([rows, dimension]) * spread).requires_grad_();
        Tensor summaries = random.Normal([rows, condition]).requires_grad_();
        ForwardPass pass = ForwardPass.WithDropout(random, needsSecondDerivatives: !vectors);
        Assert.That(flow.UsesVectors(u, pass), Is.EqualTo(vectors));
        (Tensor v, Tensor log) = flow.Forward(u, summaries, pass);
        ((v * random.Normal([rows, dimension])).sum() + (log * random.Normal([rows])).sum()).backward();
        Dictionary<string, double[]> results = flow.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.Numbers());
        results["v"] = v.detach().Numbers();
        results["log"] = log.detach().Numbers();
        results["u"] = u.grad!.Numbers();
        results["summaries"] = summaries.grad!.Numbers();
        return results;
    }

    private static CouplingFlow Flow(RandomSource random, CouplingKind kind, CouplingFlowSettings settings, int dimension, int condition)
    {
        CouplingFlow flow = new(dimension, condition, kind, settings, random);

        // Biases and last layers too, which begin at zero.
        flow.Perturb(0.1, s_key.Child("weights"));
        return flow;
    }
}
