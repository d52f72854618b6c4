using System.Buffers;
using System.Runtime.InteropServices;
using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>Memory that a forward pass leaves for its backward pass, from a pool.</summary>
/// <remarks>
/// A training makes the same passes over and over. Memory from libtorch goes back to the system behind every step; to get it anew, page by
/// page, was a seventh of the Gaussian mixture's training in a profile. What is never returned, since no backward pass came, is left to the
/// garbage collector.
/// </remarks>
internal sealed class PassMemory
{
    private readonly int _skip;
    private readonly int _length;
    private readonly float[] _array;

    /// <summary>Memory that holds any numbers.</summary>
    /// <param name="length">How many.</param>
    /// <exception cref="OverflowException">More than an array holds.</exception>
    internal PassMemory(long length)
    {
        _length = checked((int)length);
        _array = ArrayPool<float>.Shared.Rent(checked(_length + CacheLine.Floats));

        // Vectors that straddle two cache lines cost twice. Should the array be moved, that is all that is lost.
        GCHandle pin = GCHandle.Alloc(_array, GCHandleType.Pinned);
        _skip = CacheLine.Skip(pin.AddrOfPinnedObject());
        pin.Free();
    }

    /// <summary>The numbers.</summary>
    internal Span<float> Span => _array.AsSpan(_skip, _length);

    /// <summary>Gives the memory to the next pass; once, and then it is not to be used any more.</summary>
    internal void Return() => ArrayPool<float>.Shared.Return(_array);
}
