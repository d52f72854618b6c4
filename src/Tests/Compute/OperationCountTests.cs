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

    [Test]
    public void NothingIsCountedOutsideAndOnlyOneCountRuns()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor x = ones(3, device: META);
        OperationCount count = OperationCount.Start();
        Assert.That(OperationCount.Start, Throws.InvalidOperationException);
        x.exp();
        count.Dispose();
        x.exp();
        count.Dispose();
        Assert.That(count.Total, Is.EqualTo(1));

        using OperationCount next = OperationCount.Start();
        Assert.That(next.Total, Is.Zero);
    }
}
