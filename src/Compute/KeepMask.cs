using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Compute;

/// <summary>
/// Dropout masks from 16 interleaved xoshiro128++ generators (Blackman and Vigna 2021), one 32-bit number for each entry.
/// </summary>
/// <remarks>
/// libtorch spends more time on a mask's uniform numbers than on the product that the mask follows. The probability is exact to 2^-32.
/// </remarks>
internal static class KeepMask
{
    private const int Lanes = 16;

    /// <summary>Fills with 0 (probability <paramref name="rate"/>) and 1 / (1 - rate).</summary>
    /// <param name="key">The stream.</param>
    /// <param name="rate">Probability of 0, in [0, 1).</param>
    /// <param name="mask">Receives the numbers.</param>
    internal static void Fill(RandomKey key, double rate, Span<float> mask)
    {
        Span<uint> seeds = stackalloc uint[4 * Lanes];
        for (int i = 0; i < seeds.Length; i++)
        {
            seeds[i] = (uint)(key.Child(i).Value >> 32);
        }

        Vector512<uint> s0 = Vector512.Create<uint>(seeds), s1 = Vector512.Create<uint>(seeds[Lanes..]);
        Vector512<uint> s2 = Vector512.Create<uint>(seeds[(2 * Lanes)..]), s3 = Vector512.Create<uint>(seeds[(3 * Lanes)..]);
        Vector512<uint> threshold = Vector512.Create((uint)Math.Round(rate * 4294967296.0));
        Vector512<float> kept = Vector512.Create((float)(1 / (1 - rate)));
        ref float first = ref MemoryMarshal.GetReference(mask);
        int at = 0;
        Span<float> rest = stackalloc float[Lanes];
        while (at < mask.Length)
        {
            Vector512<uint> sum = s0 + s3;
            Vector512<uint> number = RotateLeft(sum, 7) + s0;
            Vector512<uint> t = s1 << 9;
            s2 ^= s0;
            s3 ^= s1;
            s1 ^= s2;
            s0 ^= s3;
            s2 ^= t;
            s3 = RotateLeft(s3, 11);
            Vector512<float> values = Vector512.GreaterThanOrEqual(number, threshold).AsSingle() & kept;
            if (at + Lanes <= mask.Length)
            {
                values.StoreUnsafe(ref first, (nuint)at);
            }
            else
            {
                values.CopyTo(rest);
                rest[..(mask.Length - at)].CopyTo(mask[at..]);
            }

            at += Lanes;
        }
    }

    private static Vector512<uint> RotateLeft(Vector512<uint> x, int bits) => (x << bits) | (x >>> (32 - bits));
}
