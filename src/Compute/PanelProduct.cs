using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reproduce.Compute;

/// <summary>
/// Matrix products with a right factor of 32 columns (a panel), in vector code: C += A B in tiles whose sums stay in registers, 8 rows by
/// 32 columns with 512-bit vectors and 6 rows by 16 columns with 256-bit ones.
/// </summary>
/// <remarks>
/// The BLAS that comes with libtorch takes a 256-bit path on AMD processors and reaches less than half of what these loops do where there
/// are 512-bit vectors (see results/benchmarks). A panel of 256 rows fits the first-level cache, so nothing has to be packed. Every
/// element is summed in the order of the inner index with fused multiply-adds: both widths give the same bits.
/// </remarks>
public static class PanelProduct
{
    /// <summary>Columns of a panel.</summary>
    public const int Columns = 32;

    private const int TileRows = 8;
    private const int NarrowTileRows = 6;
    private const int NarrowRestRows = 4;

    /// <summary>True where these loops are fast: the processor has 512-bit vectors, or 256-bit ones with fused multiply-adds.</summary>
    public static bool IsSupported => IsWide || (Vector256.IsHardwareAccelerated && Fma.IsSupported);

    /// <summary>True where the processor has 512-bit vectors; products then use them.</summary>
    /// <remarks>
    /// <see cref="Vector512.IsHardwareAccelerated"/> says no on the older Intel processors that lower their clock for 512-bit vectors. Short code
    /// loses there; these loops, which do nothing else for milliseconds, are still 1.8 times as fast with them (results/benchmarks/mlp.md).
    /// </remarks>
    private static bool IsWide => Avx512F.IsSupported;

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
        if (!IsWide)
        {
            AddNarrow(ref ra, rowStride, innerStride, ref rb, ref rc, stride, rows, inner);
            return;
        }

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

    // The same in 256-bit vectors: 12 sums, two vectors of B and one element of A fill the 16 registers.
    private static void AddNarrow(
        ref float a, int rowStride, int innerStride, ref float b, ref float c, int stride, int rows, int inner)
    {
        for (int half = 0; half < Columns; half += 16)
        {
            ref float from = ref Unsafe.Add(ref b, half);
            int i = 0;
            for (; i + NarrowTileRows <= rows; i += NarrowTileRows)
            {
                NarrowTile(ref Unsafe.Add(ref a, i * rowStride), rowStride, innerStride, ref from, ref Unsafe.Add(ref c, i * stride + half), stride, inner);
            }

            for (; i + NarrowRestRows <= rows; i += NarrowRestRows)
            {
                NarrowRest(ref Unsafe.Add(ref a, i * rowStride), rowStride, innerStride, ref from, ref Unsafe.Add(ref c, i * stride + half), stride, inner);
            }

            for (; i < rows; i++)
            {
                NarrowRow(ref Unsafe.Add(ref a, i * rowStride), innerStride, ref from, ref Unsafe.Add(ref c, i * stride + half), inner);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowTile(ref float a, nint rowStride, nint innerStride, ref float b, ref float c, nint stride, int inner)
    {
        Vector256<float> l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default;
        Vector256<float> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
        nint three = 3 * rowStride, five = 5 * rowStride;
        for (int l = 0; l < inner; l++)
        {
            Vector256<float> bl = Vector256.LoadUnsafe(ref b), br = Vector256.LoadUnsafe(ref b, 8);
            Vector256<float> v = Vector256.Create(a);
            l0 = Vector256.FusedMultiplyAdd(v, bl, l0);
            r0 = Vector256.FusedMultiplyAdd(v, br, r0);
            v = Vector256.Create(Unsafe.Add(ref a, rowStride));
            l1 = Vector256.FusedMultiplyAdd(v, bl, l1);
            r1 = Vector256.FusedMultiplyAdd(v, br, r1);
            v = Vector256.Create(Unsafe.Add(ref a, 2 * rowStride));
            l2 = Vector256.FusedMultiplyAdd(v, bl, l2);
            r2 = Vector256.FusedMultiplyAdd(v, br, r2);
            v = Vector256.Create(Unsafe.Add(ref a, three));
            l3 = Vector256.FusedMultiplyAdd(v, bl, l3);
            r3 = Vector256.FusedMultiplyAdd(v, br, r3);
            v = Vector256.Create(Unsafe.Add(ref a, 4 * rowStride));
            l4 = Vector256.FusedMultiplyAdd(v, bl, l4);
            r4 = Vector256.FusedMultiplyAdd(v, br, r4);
            v = Vector256.Create(Unsafe.Add(ref a, five));
            l5 = Vector256.FusedMultiplyAdd(v, bl, l5);
            r5 = Vector256.FusedMultiplyAdd(v, br, r5);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, Columns);
        }

        Add(ref c, l0, r0);
        Add(ref Unsafe.Add(ref c, stride), l1, r1);
        Add(ref Unsafe.Add(ref c, 2 * stride), l2, r2);
        Add(ref Unsafe.Add(ref c, 3 * stride), l3, r3);
        Add(ref Unsafe.Add(ref c, 4 * stride), l4, r4);
        Add(ref Unsafe.Add(ref c, 5 * stride), l5, r5);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowRest(ref float a, nint rowStride, nint innerStride, ref float b, ref float c, nint stride, int inner)
    {
        Vector256<float> l0 = default, l1 = default, l2 = default, l3 = default;
        Vector256<float> r0 = default, r1 = default, r2 = default, r3 = default;
        nint three = 3 * rowStride;
        for (int l = 0; l < inner; l++)
        {
            Vector256<float> bl = Vector256.LoadUnsafe(ref b), br = Vector256.LoadUnsafe(ref b, 8);
            Vector256<float> v = Vector256.Create(a);
            l0 = Vector256.FusedMultiplyAdd(v, bl, l0);
            r0 = Vector256.FusedMultiplyAdd(v, br, r0);
            v = Vector256.Create(Unsafe.Add(ref a, rowStride));
            l1 = Vector256.FusedMultiplyAdd(v, bl, l1);
            r1 = Vector256.FusedMultiplyAdd(v, br, r1);
            v = Vector256.Create(Unsafe.Add(ref a, 2 * rowStride));
            l2 = Vector256.FusedMultiplyAdd(v, bl, l2);
            r2 = Vector256.FusedMultiplyAdd(v, br, r2);
            v = Vector256.Create(Unsafe.Add(ref a, three));
            l3 = Vector256.FusedMultiplyAdd(v, bl, l3);
            r3 = Vector256.FusedMultiplyAdd(v, br, r3);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, Columns);
        }

        Add(ref c, l0, r0);
        Add(ref Unsafe.Add(ref c, stride), l1, r1);
        Add(ref Unsafe.Add(ref c, 2 * stride), l2, r2);
        Add(ref Unsafe.Add(ref c, 3 * stride), l3, r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowRow(ref float a, nint innerStride, ref float b, ref float c, int inner)
    {
        Vector256<float> left = default, right = default;
        for (int l = 0; l < inner; l++)
        {
            Vector256<float> v = Vector256.Create(a);
            left = Vector256.FusedMultiplyAdd(v, Vector256.LoadUnsafe(ref b), left);
            right = Vector256.FusedMultiplyAdd(v, Vector256.LoadUnsafe(ref b, 8), right);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, Columns);
        }

        Add(ref c, left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref float c, Vector256<float> left, Vector256<float> right)
    {
        (Vector256.LoadUnsafe(ref c) + left).StoreUnsafe(ref c);
        (Vector256.LoadUnsafe(ref c, 8) + right).StoreUnsafe(ref c, 8);
    }
}
