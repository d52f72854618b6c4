using NUnit.Framework;
using Reproduce.Kernels;

namespace Reproduce.Tests.Kernels;

/// <summary>Masks bit for bit against xoshiro128++ written for one generator.</summary>
[Category("VectorCode")]
public sealed class DropoutMaskTests
{
    [Test]
    public void NumbersAreThoseOfSixteenInterleavedGenerators([Values(1, 16, 100)] int length, [Values(0.05, 0.5)] double rate)
    {
        SplitMix64 random = new(3);
        uint[] state = new uint[DropoutMask.StateLength];
        foreach (ref uint word in state.AsSpan())
        {
            word = (uint)(random.NextBits() >> 32);
        }

        float[] mask = new float[length];
        DropoutMask.Fill(state, rate, mask);
        uint threshold = (uint)Math.Round(rate * 4294967296.0);
        uint[][] generators = [.. Enumerable.Range(0, 16).Select(g => new[] { state[g], state[16 + g], state[32 + g], state[48 + g] })];
        float[] wanted = [.. Enumerable.Range(0, length).Select(i => Next(generators[i % 16]) >= threshold ? (float)(1 / (1 - rate)) : 0)];
        Assert.That(mask, Is.EqualTo(wanted));
    }

    [Test]
    public void AStateOfAnotherLengthIsRefused() =>
        Assert.That(() => DropoutMask.Fill(new uint[63], 0.5, new float[4]), Throws.InstanceOf<ArgumentOutOfRangeException>());

    // Blackman and Vigna's reference code.
    private static uint Next(uint[] s)
    {
        uint result = unchecked(uint.RotateLeft(s[0] + s[3], 7) + s[0]);
        uint t = s[1] << 9;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = uint.RotateLeft(s[3], 11);
        return result;
    }
}
