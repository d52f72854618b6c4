using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>The moving average against its formula in double precision.</summary>
[Category("VectorCode")]
public sealed class MovingAverageTests
{
    [Test]
    public void EveryNumberMovesByItsShare([Values(0f, 0.3f, 1f)] float share)
    {
        float[] average = [.. Enumerable.Range(0, 24).Select(i => 3f * MathF.Sin(i))], before = [.. average];
        float[] values = [.. Enumerable.Range(0, 32).Select(i => MathF.Cos(i))];
        MovingAverage.Update(average, values, share);
        Assert.That(average, Is.EqualTo(before.Select((a, i) => a + (double)share * ((double)values[i] - a))).Within(1e-6));
    }

    [Test]
    public void AnAverageOfZerosFadesToZeroAndIsNeverDenormal()
    {
        float[] average = [.. Enumerable.Repeat(1e-18f, 8)], values = new float[8];
        for (int step = 0; step < 400; step++)
        {
            MovingAverage.Update(average, values, 0.1f);
            Assert.That(average, Has.None.Matches<float>(float.IsSubnormal));
        }

        // 1e-18 * 0.9^n passes 2^-100 at n = 265.
        Assert.That(average, Has.All.Zero);
    }

    [Test]
    public void ShortOrUnevenOperandsAreRefused()
    {
        Assert.That(() => MovingAverage.Update(new float[8], new float[7], 0.5f), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => MovingAverage.Update(new float[7], new float[8], 0.5f), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
