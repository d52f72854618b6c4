using NUnit.Framework;
using Reproduce.Evaluation;
using static TorchSharp.torch;

namespace Reproduce.Tests.Evaluation;

/// <summary>The mean absolute error by hand.</summary>
public sealed class MeanAbsoluteErrorTests
{
    [Test]
    public void IsTheMeanOverDrawsAndDimensionsOfEachDataSet()
    {
        using IDisposable scope = NewDisposeScope();
        Tensor one = tensor(new float[] { 4, 0, 0, 0, 1, 1, -1, -1, 4, -2, 4, -2 }, [3, 4, 1]);
        Assert.That(MeanAbsoluteError.PerDataSet(one, tensor(new float[] { 0, 0, 1 }, [3, 1])), Is.EqualTo(new double[] { 1, 1, 3 }));
        Tensor two = tensor(new float[] { 1, 10, 3, 30 }, [1, 2, 2]);
        Assert.That(
            MeanAbsoluteError.PerDataSet(two, tensor(new float[] { 0, 20 }, [1, 2])),
            Is.EqualTo(new[] { (1 + 10 + 3 + 10) / 4.0 })
        );
        Assert.That(() => MeanAbsoluteError.PerDataSet(two, tensor(new float[] { 0 }, [1, 1])), Throws.ArgumentException);
    }
}
