using System.Runtime.CompilerServices;

namespace Reproduce.Kernels;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014): a small random number generator for many short streams, the same on every platform and version
/// of .NET. One in libtorch would cost 2.5 KB and a native call per number, this one costs eight bytes and a nanosecond.
/// </summary>
/// <remarks>A mutable struct: keep it in one variable and never copy it.</remarks>
/// <param name="state">Where the stream begins.</param>
public struct SplitMix64(ulong state)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15UL;
    private ulong _state = state;

    /// <summary>Jumps to a place of a stream without walking there.</summary>
    /// <param name="state">Where the stream begins.</param>
    /// <param name="steps">Numbers from there, 1 for the first.</param>
    /// <returns>That number: distinct places give distinct numbers.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BitsAt(ulong state, ulong steps) => Mix(unchecked(state + steps * GoldenGamma));

    /// <summary>The next 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits()
    {
        _state = unchecked(_state + GoldenGamma);
        return Mix(_state);
    }

    /// <summary>A uniform number in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer in [0, count); the bias of the multiplication is below count / 2^32 and is ignored.</summary>
    /// <param name="count">Number of outcomes, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextInt(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>Puts the items in a uniformly random order (Fisher and Yates).</summary>
    /// <param name="items">What is shuffled.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int k = NextInt(i + 1);
            (items[i], items[k]) = (items[k], items[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
