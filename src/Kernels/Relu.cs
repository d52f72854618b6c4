using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>max(sum, 0); no companion is read.</summary>
public readonly struct Relu : IEpilogue
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Apply(Vector256<float> sum, Vector256<float> companion) => Vector256.Max(sum, Vector256<float>.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> sum, Vector512<float> companion) => Vector512.Max(sum, Vector512<float>.Zero);
}
