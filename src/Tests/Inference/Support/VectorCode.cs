using NUnit.Framework;
using Reproduce.Inference.Networks;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Tests.Inference.Support;

/// <summary>What every network in vector code is held to.</summary>
internal static class VectorCode
{
    /// <summary>Leaves the test out where the processor cannot run vector code.</summary>
    public static void Require() =>
        Assume.That(MatrixProduct.IsSupported, "This processor has neither 512-bit vectors nor fused multiply-adds.");

    /// <summary>Asserts that named arrays agree with libtorch's, relative to the largest number of each.</summary>
    /// <param name="vectors">From vector code.</param>
    /// <param name="plain">From libtorch.</param>
    /// <param name="tolerance">Part of the largest number.</param>
    /// <param name="smallest">The least that counts as largest number.</param>
    public static void AssertSame(
        Dictionary<string, double[]> vectors, Dictionary<string, double[]> plain, double tolerance, double smallest = 1e-3)
    {
        Assert.That(vectors.Keys, Is.EquivalentTo(plain.Keys));
        foreach ((string name, double[] wanted) in plain)
        {
            Assert.That(vectors[name], Is.EqualTo(wanted).Within(tolerance * Math.Max(smallest, wanted.Max(Math.Abs))), name);
        }
    }

    /// <summary>Asserts that two passes of one graph add their gradients, and to those that are there.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">A pass and its loss.</param>
    public static void AssertGradientsAdd(Network network, Func<Tensor> loss)
    {
        loss().backward();
        double[] once = network.parameters().First().grad!.Numbers();
        (loss() + loss()).backward();
        Assert.That(network.parameters().First().grad!.Numbers(), Is.EqualTo(once.Select(v => 3 * v)).Within(1e-5 * once.Max(Math.Abs)));

        // And twice through the same graph.
        Tensor again = loss();
        again.backward(retain_graph: true);
        again.backward();
        Assert.That(network.parameters().First().grad!.Numbers(), Is.EqualTo(once.Select(v => 5 * v)).Within(1e-5 * once.Max(Math.Abs)));
    }

    /// <summary>Asserts that passes leave no memory behind.</summary>
    /// <param name="warmUp">Passes before memory is measured.</param>
    /// <param name="passes">Passes that must not leave <paramref name="most"/> bytes.</param>
    /// <param name="most">Less than what the passes would leave if they left what they keep for their gradients.</param>
    /// <param name="loss">A pass and its loss.</param>
    public static void AssertFlatMemory(int warmUp, int passes, long most, Func<Tensor> loss)
    {
        Run(warmUp);
        long before = Environment.WorkingSet;
        Run(passes);
        Assert.That(Environment.WorkingSet - before, Is.LessThan(most));

        void Run(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using IDisposable inner = NewDisposeScope();
                loss().backward();
            }
        }
    }
}
