using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>The sum where the companion, an output of <see cref="Relu"/>, is above 0, else 0: the gradient by that ReLU's input.</summary>
public readonly struct ReluBackward : IEpilogue
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Apply(Vector256<float> sum, Vector256<float> companion) =>
        Vector256.GreaterThan(companion, Vector256<float>.Zero) & sum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> sum, Vector512<float> companion) =>
        Vector512.GreaterThan(companion, Vector512<float>.Zero) & sum;
}
