using System.Runtime.CompilerServices;
using Reproduce.Compute;

namespace Reproduce.Evaluation;

/// <summary>
/// A small random number generator (SplitMix64) for the many short streams of this room: shuffles, resampling, initial weights.
/// </summary>
/// <remarks>
/// One stream per classifier makes a score independent of what else is scored beside it; a libtorch generator for each would cost
/// 2.5 KB and a native call per draw, this one costs eight bytes and a nanosecond.
/// </remarks>
internal struct SplitMix(RandomKey key)
{
    private ulong _state = key.Value;

    /// <summary>The next 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong NextBits()
    {
        _state = unchecked(_state + 0x9E3779B97F4A7C15UL);
        ulong z = _state;
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }

    /// <summary>A uniform number in [0, 1).</summary>
    internal double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer in [0, count); the bias of the multiplication is below count / 2^32 and is ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int NextInt(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>Puts the items in a uniformly random order (Fisher and Yates).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int k = NextInt(i + 1);
            (items[i], items[k]) = (items[k], items[i]);
        }
    }
}
