using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Evaluation;

/// <summary>What happens to a product's element before it is stored.</summary>
internal interface IEpilogue
{
    /// <summary>The number to store in place of <paramref name="sum"/>.</summary>
    /// <param name="sum">The product.</param>
    /// <param name="other">The element of the companion matrix at the same place.</param>
    static abstract Vector256<float> Apply(Vector256<float> sum, Vector256<float> other);
}

/// <summary>max(sum, 0); no companion is read.</summary>
internal readonly struct Relu : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Apply(Vector256<float> sum, Vector256<float> other) => Vector256.Max(sum, Vector256<float>.Zero);
}

/// <summary>sum where the companion, an activation of ReLU, is above 0, else 0: the derivative of that ReLU times sum.</summary>
internal readonly struct WhereActive : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Apply(Vector256<float> sum, Vector256<float> other) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(other, Vector256<float>.Zero), sum, Vector256<float>.Zero);
}

/// <summary>sum; no companion is read.</summary>
internal readonly struct Plain : IEpilogue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Apply(Vector256<float> sum, Vector256<float> other) => sum;
}

/// <summary>
/// Small matrix products for matrices that stay in the core's cache: C = epilogue(start + A B), in tiles of 4 rows by two vectors,
/// whose 8 sums stay in registers and hide the latency of the multiply-adds. Vectors have 512 bits where the processor has such, else 256; the
/// sums are the same to the bit.
/// </summary>
/// <remarks>Columns are a multiple of 32 and rows a multiple of 4; the caller pads with zeros.</remarks>
internal static class VectorProduct
{
    /// <summary>Columns of a wide tile: the widths of B and C are multiples of it.</summary>
    internal const int TileColumns = 32;

    /// <summary>Rows of a tile: the number of rows of A and C is a multiple of it.</summary>
    internal const int TileRows = 4;

    /// <summary>C[i, j] = epilogue(start[j] + sum over l of A(i, l) B[l, j], companion[i, j]).</summary>
    /// <param name="a">A(i, l) stands at i * <paramref name="rowStride"/> + l * <paramref name="innerStride"/>.</param>
    /// <param name="rowStride">Step between rows of A; 1 multiplies by a transposed matrix.</param>
    /// <param name="innerStride">Step along the inner axis of A.</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="c">[rows, columns].</param>
    /// <param name="rows">Multiple of 4.</param>
    /// <param name="inner">Length of the sums.</param>
    /// <param name="columns">Multiple of 32.</param>
    /// <param name="start">[columns], or empty for zeros.</param>
    /// <param name="companion">[rows, columns], or empty when the epilogue does not read it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<TEpilogue>(
        ReadOnlySpan<float> a, int rowStride, int innerStride, ReadOnlySpan<float> b, Span<float> c, int rows, int inner, int columns,
        ReadOnlySpan<float> start = default, ReadOnlySpan<float> companion = default)
        where TEpilogue : struct, IEpilogue
    {
        // The loops below read without bounds checks: the furthest elements are checked here, once.
        _ = a[(rows - 1) * rowStride + (inner - 1) * innerStride];
        _ = b[inner * columns - 1];
        _ = c[rows * columns - 1];
        if (rows % TileRows != 0 || columns % TileColumns != 0 || (!start.IsEmpty && start.Length < columns)
            || (!companion.IsEmpty && companion.Length < rows * columns))
        {
            throw new ArgumentException("A product's sizes do not fit its tiles.");
        }

        ref float ra = ref MemoryMarshal.GetReference(a), rb = ref MemoryMarshal.GetReference(b), rc = ref MemoryMarshal.GetReference(c);
        ref float rs = ref MemoryMarshal.GetReference(start), ro = ref MemoryMarshal.GetReference(companion.IsEmpty ? c : companion);
        if (!Vector512.IsHardwareAccelerated)
        {
            MultiplyNarrow<TEpilogue>(
                ref ra, rowStride, innerStride, ref rb, ref rc, rows, inner, columns, ref start.IsEmpty ? ref Unsafe.NullRef<float>() : ref rs, ref ro);
            return;
        }

        for (int j = 0; j < columns; j += TileColumns)
        {
            Vector512<float> left = start.IsEmpty ? default : Vector512.LoadUnsafe(ref rs, (nuint)j);
            Vector512<float> right = start.IsEmpty ? default : Vector512.LoadUnsafe(ref rs, (nuint)(j + 16));
            for (int i = 0; i < rows; i += TileRows)
            {
                Tile<TEpilogue>(
                    ref Unsafe.Add(ref ra, i * rowStride), rowStride, innerStride, ref Unsafe.Add(ref rb, j), ref Unsafe.Add(ref rc, i * columns + j),
                    ref Unsafe.Add(ref ro, i * columns + j), inner, columns, left, right);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<TEpilogue>(
        ref float a, nint rowStride, nint innerStride, ref float b, ref float c, ref float other, int inner, nint columns,
        Vector512<float> left, Vector512<float> right)
        where TEpilogue : struct, IEpilogue
    {
        Vector512<float> l0 = left, l1 = left, l2 = left, l3 = left, r0 = right, r1 = right, r2 = right, r3 = right;
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
            v = Vector512.Create(Unsafe.Add(ref a, 3 * rowStride));
            l3 = Vector512.FusedMultiplyAdd(v, bl, l3);
            r3 = Vector512.FusedMultiplyAdd(v, br, r3);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, columns);
        }

        Store<TEpilogue>(l0, r0, ref c, ref other, 0);
        Store<TEpilogue>(l1, r1, ref c, ref other, columns);
        Store<TEpilogue>(l2, r2, ref c, ref other, 2 * columns);
        Store<TEpilogue>(l3, r3, ref c, ref other, 3 * columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TEpilogue>(Vector512<float> left, Vector512<float> right, ref float c, ref float other, nint at)
        where TEpilogue : struct, IEpilogue
    {
        Store<TEpilogue>(left.GetLower(), left.GetUpper(), ref c, ref other, at);
        Store<TEpilogue>(right.GetLower(), right.GetUpper(), ref c, ref other, at + 16);
    }

    // The same in 256-bit vectors, whose tiles are half as wide.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyNarrow<TEpilogue>(
        ref float a, int rowStride, int innerStride, ref float b, ref float c, int rows, int inner, int columns, ref float start, ref float other)
        where TEpilogue : struct, IEpilogue
    {
        bool starts = !Unsafe.IsNullRef(ref start);
        for (int j = 0; j < columns; j += TileColumns / 2)
        {
            Vector256<float> left = starts ? Vector256.LoadUnsafe(ref start, (nuint)j) : default;
            Vector256<float> right = starts ? Vector256.LoadUnsafe(ref start, (nuint)(j + 8)) : default;
            for (int i = 0; i < rows; i += TileRows)
            {
                NarrowTile<TEpilogue>(
                    ref Unsafe.Add(ref a, i * rowStride), rowStride, innerStride, ref Unsafe.Add(ref b, j), ref Unsafe.Add(ref c, i * columns + j),
                    ref Unsafe.Add(ref other, i * columns + j), inner, columns, left, right);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NarrowTile<TEpilogue>(
        ref float a, nint rowStride, nint innerStride, ref float b, ref float c, ref float other, int inner, nint columns,
        Vector256<float> left, Vector256<float> right)
        where TEpilogue : struct, IEpilogue
    {
        Vector256<float> l0 = left, l1 = left, l2 = left, l3 = left, r0 = right, r1 = right, r2 = right, r3 = right;
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
            v = Vector256.Create(Unsafe.Add(ref a, 3 * rowStride));
            l3 = Vector256.FusedMultiplyAdd(v, bl, l3);
            r3 = Vector256.FusedMultiplyAdd(v, br, r3);
            a = ref Unsafe.Add(ref a, innerStride);
            b = ref Unsafe.Add(ref b, columns);
        }

        Store<TEpilogue>(l0, r0, ref c, ref other, 0);
        Store<TEpilogue>(l1, r1, ref c, ref other, columns);
        Store<TEpilogue>(l2, r2, ref c, ref other, 2 * columns);
        Store<TEpilogue>(l3, r3, ref c, ref other, 3 * columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TEpilogue>(Vector256<float> left, Vector256<float> right, ref float c, ref float other, nint at)
        where TEpilogue : struct, IEpilogue
    {
        TEpilogue.Apply(left, Vector256.LoadUnsafe(ref other, (nuint)at)).StoreUnsafe(ref c, (nuint)at);
        TEpilogue.Apply(right, Vector256.LoadUnsafe(ref other, (nuint)at + 8)).StoreUnsafe(ref c, (nuint)at + 8);
    }
}
