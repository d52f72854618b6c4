using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reproduce.Kernels;

/// <summary>Exponentials of many numbers at once, and what is made of them.</summary>
/// <remarks>The fraction of a power is the polynomial of degree 5 that is nearest in relative terms (7.5e-8).</remarks>
internal static class VectorMath
{
    /// <summary>log2(e).</summary>
    internal const float Log2E = 1.44269504f;

    private const float C0 = 1.00000012f, C1 = 6.93146944e-1f, C2 = 2.40221202e-1f;
    private const float C3 = 5.55071309e-2f, C4 = 9.67554096e-3f, C5 = 1.32764725e-3f;

    // Powers of two have no exponent field outside of these.
    private const float Lowest = -127, Highest = 127;

    /// <summary>2^x: relative error below 3e-7 for x from -126 to 127, and 0 far below.</summary>
    /// <param name="x">Sixteen numbers of at most 127.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Exp2(Vector512<float> x)
    {
        Vector512<float> whole = Avx512F.RoundScale(x, 0);
        Vector512<float> f = x - whole;
        Vector512<float> p = Vector512.FusedMultiplyAdd(Vector512.Create(C5), f, Vector512.Create(C4));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C3));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C2));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C1));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(C0));
        return Avx512F.Scale(p, whole);
    }

    /// <summary>2^x: relative error below 3e-7 for x from -126 to 127, and 0 far below.</summary>
    /// <param name="x">Eight numbers of at most 127.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp2(Vector256<float> x)
    {
        Vector256<float> whole = Vector256.Round(x);
        Vector256<float> f = x - whole;
        Vector256<float> p = Vector256.FusedMultiplyAdd(Vector256.Create(C5), f, Vector256.Create(C4));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C3));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C2));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C1));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(C0));
        Vector256<int> exponent = Vector256.ConvertToInt32(Vector256.Max(whole, Vector256.Create(Lowest))) + Vector256.Create(127);
        return p * (exponent << 23).AsSingle();
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    /// <param name="x">Sixteen numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Sigmoid(Vector512<float> x) =>
        Vector512<float>.One
            / (Vector512<float>.One + Exp2(Vector512.Min(x * Vector512.Create(-Log2E), Vector512.Create(Highest))));

    /// <summary>1 / (1 + exp(-x)).</summary>
    /// <param name="x">Eight numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Sigmoid(Vector256<float> x) =>
        Vector256<float>.One
            / (Vector256<float>.One + Exp2(Vector256.Min(x * Vector256.Create(-Log2E), Vector256.Create(Highest))));

    /// <summary>tanh(x), with an absolute error of some 1e-7.</summary>
    /// <param name="x">Sixteen numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Tanh(Vector512<float> x) =>
        Vector512.FusedMultiplyAdd(Vector512.Create(2f), Sigmoid(x + x), Vector512.Create(-1f));

    /// <summary>tanh(x), with an absolute error of some 1e-7.</summary>
    /// <param name="x">Eight numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Tanh(Vector256<float> x) =>
        Vector256.FusedMultiplyAdd(Vector256.Create(2f), Sigmoid(x + x), Vector256.Create(-1f));
}
