using NUnit.Framework;
using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

public sealed class OperationCountTests
{
    [SetUp]
    public void OnlyWhereOperationsCanBeCounted() => Assume.That(OperationCount.IsSupported, "libtorch has no such callback here.");

    /// <summary>
    /// Forward: addmm, relu. Backward from a given gradient: relu's, the products for weight and input, the sum for the bias. Views and
    /// transposes are none.
    /// </summary>
    [Test]
    public void ALayerForwardAndBackwardIsSixOperations()
    {
        using IDisposable scope = NewDisposeScope();
        Parameter weight = new(randn(3, 5, device: META)), bias = new(randn(3, device: META)), input = new(randn(4, 5, device: META));
        Tensor gradient = ones(4, 3, device: META);

        using OperationCount count = OperationCount.Start();
        nn.functional.linear(input, weight, bias).relu_().backward([gradient]);

        Assert.That(count.Total, Is.EqualTo(6), string.Join(", ", count.ByName.Keys));
        Assert.That(count.ByName["addmm"], Is.EqualTo(1));
        Assert.That(count.ByName["mm"], Is.EqualTo(2));
        Assert.That(count.ByName.Keys, Has.None.EqualTo("t").And.None.EqualTo("linear"));
    }

    /// <summary>
    /// A product of [4, 5] and [5, 3] is 2 x 60 operations, and its gradients are two like it; a convolution of 3 x 3 from 2 to 6 channels
    /// with 8 x 8 results in 5 images is 2 x 5 x 6 x 64 x 18, in two groups half of it.
    /// </summary>
    [TestCase("product", 3 * 2 * 60)]
    [TestCase("batch of products", 3 * 2 * 60 * 7)]
    [TestCase("convolution", 3 * 2 * 5 * 6 * 64 * 18)]
    [TestCase("groups", 3 * 2 * 5 * 6 * 64 * 9)]
    public void ArithmeticIsThatOfShapes(string what, long expected)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor Weight(params long[] shape) => ones(shape, requires_grad: true);
        using OperationCount count = OperationCount.Start(arithmetic: true);
        Tensor result = what switch
        {
            "product" => nn.functional.linear(Weight(4, 5), Weight(3, 5), Weight(3)),
            "batch of products" => Weight(7, 4, 5).bmm(Weight(7, 5, 3)),
            "convolution" => nn.functional.conv2d(Weight(5, 2, 8, 8), Weight(6, 2, 3, 3), Weight(6), padding: [1, 1]),
            _ => nn.functional.conv2d(Weight(5, 2, 8, 8), Weight(6, 1, 3, 3), Weight(6), padding: [1, 1], groups: 2),
        };
        result.sum().backward();
        Assert.That(count.FloatingPointOperations, Is.EqualTo(expected));
    }

    [Test]
    public void NothingIsCountedOutsideAndOnlyOneCountRuns()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor x = ones(3, device: META);
        OperationCount count = OperationCount.Start();
        Assert.That(() => OperationCount.Start(), Throws.InvalidOperationException);
        x.exp();
        count.Dispose();
        x.exp();
        count.Dispose();
        Assert.That(count.Total, Is.EqualTo(1));

        using OperationCount next = OperationCount.Start();
        Assert.That(next.Total, Is.Zero);
    }
}
