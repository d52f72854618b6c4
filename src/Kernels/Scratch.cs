using System.Runtime.InteropServices;

namespace Reproduce.Kernels;

/// <summary>Memory for intermediate results, one block for every thread.</summary>
public static class Scratch
{
    [ThreadStatic]
    private static float[]? t_block;

    /// <summary>This thread's memory, on a cache line, until the next call: not for two users at once. It holds any numbers.</summary>
    /// <param name="length">How many numbers.</param>
    public static Span<float> Take(int length)
    {
        if (t_block is null || t_block.Length < length + CacheLine.Floats)
        {
            t_block = GC.AllocateUninitializedArray<float>(length + CacheLine.Floats, pinned: true);
        }

        return t_block.AsSpan(CacheLine.Skip(Marshal.UnsafeAddrOfPinnedArrayElement(t_block, 0)), length);
    }
}
