using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>An exponential moving average of many numbers in vector code.</summary>
public static class MovingAverage
{
    /// <summary>Moves an average towards numbers: a += share (v - a). What becomes denormal is set to 0.</summary>
    /// <param name="average">The average, a multiple of 8 numbers.</param>
    /// <param name="values">The numbers, as many.</param>
    /// <param name="share">From 0, the average stays, to 1, it becomes the numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(Span<float> average, ReadOnlySpan<float> values, float share)
    {
        Require.WholeVectors(average.Length);
        Require.Reaches(values, average.Length);
        ref float a = ref MemoryMarshal.GetReference(average), v = ref MemoryMarshal.GetReference(values);
        Vector256<float> part = Vector256.Create(share);
        for (nuint i = 0; i < (nuint)average.Length; i += 8)
        {
            Vector256<float> old = Vector256.LoadUnsafe(ref a, i);
            Denormals.Flush(Vector256.FusedMultiplyAdd(part, Vector256.LoadUnsafe(ref v, i) - old, old)).StoreUnsafe(ref a, i);
        }
    }
}
