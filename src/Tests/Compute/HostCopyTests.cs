using NUnit.Framework;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

/// <summary>Who owns what when numbers move. (Page-locked memory needs a GPU.)</summary>
public sealed class HostCopyTests
{
    [Test]
    public void OnTheCpuNothingMoves()
    {
        using Tensor drawn = ones(3);
        Assert.That(HostCopy.Move(drawn, null), Is.SameAs(drawn));
        Assert.That(HostCopy.Move(drawn, CPU), Is.SameAs(drawn));
        Assert.That(drawn.IsInvalid, Is.False);
    }

    [Test]
    public void ElsewhereTheCopyTakesItsPlace()
    {
        Tensor drawn = ones(3);
        long before = LiveTensors.Settled();
        using Tensor moved = HostCopy.Move(drawn, META);
        Assert.That(moved.device.type, Is.EqualTo(DeviceType.META));
        Assert.That(drawn.IsInvalid, Is.True);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }
}
