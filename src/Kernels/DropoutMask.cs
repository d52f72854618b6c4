using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Dropout masks from 16 interleaved xoshiro128++ generators (Blackman and Vigna 2021), one 32-bit number for each entry.
/// </summary>
/// <remarks>
/// libtorch spends more time on a mask's uniform numbers than on the product that the mask follows. The probability is exact to 2^-32.
/// </remarks>
public static class DropoutMask
{
    /// <summary>Words of a state: four for each generator.</summary>
    public const int StateLength = 4 * Generators;

    private const int Lanes = 8;
    private const int Generators = 2 * Lanes;

    /// <summary>Fills with 0 (probability <paramref name="rate"/>) and 1 / (1 - rate).</summary>
    /// <param name="state">Where the generators begin, <see cref="StateLength"/> random words.</param>
    /// <param name="rate">Probability of 0, in [0, 1).</param>
    /// <param name="mask">Receives the numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A state of another length.</exception>
    public static void Fill(ReadOnlySpan<uint> state, double rate, Span<float> mask)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, StateLength);
        State left = new(state), right = new(state[Lanes..]);
        Vector256<uint> threshold = Vector256.Create((uint)Math.Round(rate * 4294967296.0));
        Vector256<float> kept = Vector256.Create((float)(1 / (1 - rate)));
        ref float first = ref MemoryMarshal.GetReference(mask);
        int at = 0;
        for (; at + Generators <= mask.Length; at += Generators)
        {
            left.Next(threshold, kept).StoreUnsafe(ref first, (nuint)at);
            right.Next(threshold, kept).StoreUnsafe(ref first, (nuint)(at + Lanes));
        }

        Span<float> rest = stackalloc float[Generators];
        left.Next(threshold, kept).CopyTo(rest);
        right.Next(threshold, kept).CopyTo(rest[Lanes..]);
        rest[..(mask.Length - at)].CopyTo(mask[at..]);
    }

    // Eight generators; word w of generator g was seeded by number 16 w + g.
    private struct State(ReadOnlySpan<uint> seeds)
    {
        private Vector256<uint> _s0 = Vector256.Create(seeds);
        private Vector256<uint> _s1 = Vector256.Create(seeds[Generators..]);
        private Vector256<uint> _s2 = Vector256.Create(seeds[(2 * Generators)..]);
        private Vector256<uint> _s3 = Vector256.Create(seeds[(3 * Generators)..]);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Vector256<float> Next(Vector256<uint> threshold, Vector256<float> kept)
        {
            Vector256<uint> number = RotateLeft(_s0 + _s3, 7) + _s0;
            Vector256<uint> t = _s1 << 9;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= t;
            _s3 = RotateLeft(_s3, 11);
            return Vector256.GreaterThanOrEqual(number, threshold).AsSingle() & kept;
        }
    }

    private static Vector256<uint> RotateLeft(Vector256<uint> x, int bits) => (x << bits) | (x >>> (32 - bits));
}
