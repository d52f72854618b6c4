using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>The companion plus the sum.</summary>
public readonly struct Accumulate : IEpilogue
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Apply(Vector256<float> sum, Vector256<float> companion) => companion + sum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> sum, Vector512<float> companion) => companion + sum;
}
