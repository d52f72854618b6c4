using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Compute;

/// <summary>
/// Matrix products with a right factor of 32 columns (a panel), in 512-bit vector code: C += A B in tiles of 8 rows, whose 16 sums stay
/// in registers.
/// </summary>
/// <remarks>
/// The BLAS that comes with libtorch takes a 256-bit path on AMD processors and reaches a third of what these loops do there (see
/// results/benchmarks). A panel of 256 rows fits the first-level cache, so nothing has to be packed.
/// </remarks>
public static class PanelProduct
{
    /// <summary>Columns of a panel.</summary>
    public const int Columns = 32;

    private const int TileRows = 8;

    /// <summary>True where these loops are fast: the processor has 512-bit vectors.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    /// <summary>C[i, j] += sum over l of A(i, l) B[l, j].</summary>
    /// <param name="a">A(i, l) stands at i * <paramref name="rowStride"/> + l * <paramref name="innerStride"/>.</param>
    /// <param name="rowStride">Step between rows of A; 1 multiplies by a transposed matrix.</param>
    /// <param name="innerStride">Step along the inner axis of A.</param>
    /// <param name="b">[inner, 32].</param>
    /// <param name="c">Row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="stride">Step between rows of C, at least 32.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="inner">Length of the sums.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddTo(
        ReadOnlySpan<float> a, int rowStride, int innerStride, ReadOnlySpan<float> b, Span<float> c, int stride, int rows, int inner)
    {
        // The loops below read without bounds checks: the furthest elements are checked here, once.
        ArgumentOutOfRangeException.ThrowIfNegative(rowStride);
        ArgumentOutOfRangeException.ThrowIfNegative(innerStride);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, (long)(rows - 1) * rowStride + (long)(inner - 1) * innerStride + 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, (long)inner * Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, (long)(rows - 1) * stride + Columns);
        if (rows <= 0 || inner <= 0)
        {
            return;
        }

        ref float ra = ref MemoryMarshal.GetReference(a), rb = ref MemoryMarshal.GetReference(b), rc = ref MemoryMarshal.GetReference(c);
        int i = 0;
        for (; i + TileRows <= rows; i += TileRows)
        {
            Tile(ref Unsafe.Add(ref ra, i * rowStride), rowStride, innerStride, ref rb, ref Unsafe.Add(ref rc, i * stride), stride, inner);
        }

        for (; i < rows; i++)
        {
            Row(ref Unsafe.Add(ref ra, i * rowStride), innerStride, ref rb, ref Unsafe.Add(ref rc, i * stride), inner);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(ref float a, nint rowStride, nint innerStride, ref float b, ref float c, nint stride, int inner)
    {
        Vector512<float> l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default, l6 = default, l7 = default;
        Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default, r7 = default;
        nint three = 3 * rowStride, five = 5 * rowStride, six = 6 * rowStride, seven = 7 * rowStride;
        for (int l = 0; l < inner; l++)
        {
            Vector512<float> bl = Vector512.LoadUnsafe(ref b), br = Vector512.LoadUnsafe(ref b, 16);
            Vector512<float> v = Vector512.Create(a);
            l0 = Vector512.FusedMultiplyAdd(v, bl, l0);
            r0 = Vector512.FusedMultiplyAdd(v, br, r0);
            v = Vector512.Create(Unsafe.Add(ref a, rowStride));
            l1 = Vector512.FusedMultiplyAdd(v, bl, l1);
            r1 = Vector512.FusedMultiplyAdd(v, br, r1);
            v = Vector512.Create(Unsafe.Add(ref a, 2 * rowStride));
            l2 = Vector512.FusedMultiplyAdd(v, bl, l2);
            r2 = Vector512.FusedMultiplyAdd(v, br, r2);
            v = Vector512.Create(Unsafe.Add(ref a, three));
            l3 = Vector512.FusedMultiplyAdd(v, bl, l3);
            r3 = Vector512.FusedMultiplyAdd(v, br, r3);
            v = Vector512.Create(Unsafe.Add(ref a, 4 * rowStride));
            l4 = Vector512.FusedMultiplyAdd(v, bl, l4);
            r4 = Vector512.FusedMultiplyAdd(v, br, r4);
            v = Vector512.Create(Unsafe.Add(ref a, five));
            l5 = Vector512.FusedMultiplyAdd(v, bl, l5);
            r5 = Vector512.FusedMultiplyAdd(v, br, r5);
            v = Vector512.Create(Unsafe.Add(ref a, six));
            l6 = Vector512.FusedMultiplyAdd(v, bl, l6);
            r6 = Vector512.FusedMultiplyAdd(v, br, r6);
            v = Vector512.Create(Unsafe.Add(ref a, seven));
            l7 = Vector512.FusedMultiplyAdd(v, bl, l7);
            r7 = Vector512.FusedMultiplyAdd(v, br, r7);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, Columns);
        }

        Add(ref c, l0, r0);
        Add(ref Unsafe.Add(ref c, stride), l1, r1);
        Add(ref Unsafe.Add(ref c, 2 * stride), l2, r2);
        Add(ref Unsafe.Add(ref c, 3 * stride), l3, r3);
        Add(ref Unsafe.Add(ref c, 4 * stride), l4, r4);
        Add(ref Unsafe.Add(ref c, 5 * stride), l5, r5);
        Add(ref Unsafe.Add(ref c, 6 * stride), l6, r6);
        Add(ref Unsafe.Add(ref c, 7 * stride), l7, r7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(ref float a, nint innerStride, ref float b, ref float c, int inner)
    {
        Vector512<float> left = default, right = default;
        for (int l = 0; l < inner; l++)
        {
            Vector512<float> v = Vector512.Create(a);
            left = Vector512.FusedMultiplyAdd(v, Vector512.LoadUnsafe(ref b), left);
            right = Vector512.FusedMultiplyAdd(v, Vector512.LoadUnsafe(ref b, 16), right);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, Columns);
        }

        Add(ref c, left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref float c, Vector512<float> left, Vector512<float> right)
    {
        (Vector512.LoadUnsafe(ref c) + left).StoreUnsafe(ref c);
        (Vector512.LoadUnsafe(ref c, 16) + right).StoreUnsafe(ref c, 16);
    }
}
