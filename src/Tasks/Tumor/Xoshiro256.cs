using System.Numerics;
using System.Runtime.CompilerServices;
using Reproduce.Compute;
using Reproduce.Kernels;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// xoshiro256** 1.0 of Blackman and Vigna (2018), seeded from a <see cref="RandomKey"/> through <see cref="SplitMix64"/>.
/// </summary>
/// <remarks>A mutable struct for speed: keep it in one field and never copy it.</remarks>
internal struct Xoshiro256
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>A generator at the beginning of the stream <paramref name="key"/>.</summary>
    /// <param name="key">The stream.</param>
    public Xoshiro256(RandomKey key)
    {
        SplitMix64 seeds = new(key.Value);
        _s0 = seeds.NextBits();
        _s1 = seeds.NextBits();
        _s2 = seeds.NextBits();
        _s3 = seeds.NextBits();
    }

    /// <summary>64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A uniform number in (0, 1], so that its logarithm is finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextDouble() => ((NextBits() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>An exponential number with mean 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextExponential() => -Math.Log(NextDouble());

    /// <summary>A uniform integer in 0 .. bound - 1; the bias of one part in 2^32 / bound is far below what any run can show.</summary>
    /// <param name="bound">Number of outcomes, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextIndex(int bound) => (int)(((NextBits() >> 32) * (ulong)(uint)bound) >> 32);
}
