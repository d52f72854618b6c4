using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Tests.Inference.Support;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference;

/// <summary>The DeepSet in vector code against the same network in libtorch's operations: values, gradients, evaluation, memory.</summary>
[Category("VectorCode")]
public sealed class VectorSetTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(43);

    [Test]
    public void ValuesAndGradientsAreLibtorchs(
        [Values(1, 32, 50)] int sets,
        [Values(1, 10)] int members,
        [Values(2, 32)] int features,
        [Values(0, 1, 2)] int modules,
        [Values(1, 2, 3)] int layers
    )
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        DeepSetSettings settings = new() { Outputs = 6, Units = 32, EquivariantModules = modules, Layers = layers };
        AssertSame(settings, sets, members, features);
    }

    [Test]
    public void TheDefaultSizesToo()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        AssertSame(new DeepSetSettings { Outputs = 10 }, 64, 10, 2);
    }

    [Test]
    public void AWidthThatDoesNotFitThePanelsIsLeftToLibtorch()
    {
        using IDisposable scope = NewDisposeScope();
        DeepSetSettings settings = new() { Outputs = 10, Units = 24 };
        using RandomSource random = new(s_key);
        using DeepSet network = new(2, settings, random);
        Assert.That(network.UsesVectors(random.Normal([5, 4, 2]), ForwardPass.WithDropout(random)), Is.False);
    }

    [Test]
    public void EvaluationWithoutGradientsIsTheSameFunction()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        DeepSet network = new DeepSet(2, new DeepSetSettings { Outputs = 10 }, random).Perturb(0.1, s_key.Child("w"));
        foreach (int members in new[] { 10, 3, 10 })
        {
            Observation x = new(random.Normal([100, members, 2]));
            Assert.That(network.UsesVectors(x.Sole, ForwardPass.Evaluation), Is.False, "second derivatives are possible");
            double[] plain = network.Summarise(x, ForwardPass.Evaluation).detach().Numbers();
            using IDisposable noGrad = no_grad();
            Assert.That(network.UsesVectors(x.Sole, ForwardPass.Evaluation), Is.True, "nothing is recorded");
            double[] vectors = network.Summarise(x, ForwardPass.Evaluation).Numbers();
            Assert.That(vectors, Is.EqualTo(plain).Within(2e-5 * plain.Max(Math.Abs)));
        }
    }

    [Test]
    public void GradientsOfTwoPassesAdd()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        DeepSet network = new(2, new DeepSetSettings { Outputs = 10, Units = 32 }, random);
        Observation x = new(random.Normal([16, 5, 2]));
        VectorCode.AssertGradientsAdd(network, () => network.Summarise(x, ForwardPass.WithDropout(random)).square().sum());
    }

    [Test]
    public void ManyPassesLeaveNoMemoryBehind()
    {
        VectorCode.Require();
        using IDisposable scope = NewDisposeScope();
        using RandomSource random = new(s_key);
        DeepSet network = new(2, new DeepSetSettings { Outputs = 10 }, random);

        // What a pass leaves for its gradient is 2 MB.
        VectorCode.AssertFlatMemory(50, 400, 100_000_000, () =>
            network.Summarise(new Observation(random.Normal([64, 10, 2])), ForwardPass.WithDropout(random)).square().mean());
    }

    private static void AssertSame(DeepSetSettings settings, int sets, int members, int features)
    {
        Dictionary<string, double[]> vectors = Pass(true, settings, sets, members, features);
        VectorCode.AssertSame(vectors, Pass(false, settings, sets, members, features), tolerance: 3e-5);
        Assert.That(vectors.Where(p => p.Value.All(v => v == 0)).Select(p => p.Key), Is.Empty, "something flows everywhere");
    }

    // Outputs and all gradients of a training pass on the same numbers; a pass for second derivatives is libtorch's.
    private static Dictionary<string, double[]> Pass(bool vectors, DeepSetSettings settings, int sets, int members, int features)
    {
        using RandomSource random = new(s_key);
        DeepSet network = new DeepSet(features, settings, random).Perturb(0.1, s_key.Child("w"));
        Observation x = new(random.Normal([sets, members, features]));
        ForwardPass pass = ForwardPass.WithDropout(random, needsSecondDerivatives: !vectors);
        Assert.That(network.UsesVectors(x.Sole, pass), Is.EqualTo(vectors));
        Tensor y = network.Summarise(x, pass);
        (y * random.Normal(y.shape)).sum().backward();
        Dictionary<string, double[]> numbers = network.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.Numbers());
        numbers["y"] = y.detach().Numbers();
        return numbers;
    }
}
