using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reproduce.Kernels;

/// <summary>
/// Matrix products in vector code, C = epilogue(start + A B), in tiles whose sums stay in registers: 8 rows by 32 columns with 512-bit
/// vectors and 6 rows by 16 columns with 256-bit ones.
/// </summary>
/// <remarks>
/// The BLAS that comes with libtorch takes a 256-bit path on AMD processors and reaches less than half of what these loops do where there
/// are 512-bit vectors (see results/benchmarks). They are for matrices that stay in the first caches (a panel of 32 columns and 256 rows
/// fits the first level), so nothing has to be packed. Every element is summed in the order of the inner index with fused multiply-adds:
/// all widths and tiles give the same bits.
/// </remarks>
public static class MatrixProduct
{
    /// <summary>Columns of a panel; the number of columns of B is a multiple of it.</summary>
    public const int PanelColumns = 32;

    /// <summary>True where these loops are fast: the processor has 512-bit vectors, or 256-bit ones with fused multiply-adds.</summary>
    public static bool IsSupported => IsWide || (Vector256.IsHardwareAccelerated && Fma.IsSupported);

    /// <summary>Bits of the vectors that products use: 512, 256, or 0 where the processor has none and they are done in software.</summary>
    public static int VectorBits => IsWide ? 512 : IsSupported ? 256 : 0;

    /// <summary>True where the processor has 512-bit vectors; products then use them.</summary>
    /// <remarks>
    /// <see cref="Vector512.IsHardwareAccelerated"/> says no on the older Intel processors that lower their clock for 512-bit vectors.
    /// Short code loses there; a training, which does little else, is still faster by far with them: its products 1.8 times
    /// (results/benchmarks/mlp.md).
    /// </remarks>
    internal static bool IsWide => Avx512F.IsSupported;

    /// <summary>C[i, j] += sum over l of A(i, l) B[l, j] for a panel B: what is added to C is summed from 0.</summary>
    /// <param name="a">A(i, l) stands at i * <paramref name="rowStride"/> + l * <paramref name="innerStride"/>.</param>
    /// <param name="rowStride">Step between rows of A; 1 multiplies by a transposed matrix.</param>
    /// <param name="innerStride">Step along the inner axis of A.</param>
    /// <param name="b">[inner, 32].</param>
    /// <param name="c">Row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="stride">Step between rows of C, at least 32.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="inner">Length of the sums.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is too short.</exception>
    public static void AddTo(
        ReadOnlySpan<float> a, int rowStride, int innerStride, ReadOnlySpan<float> b, Span<float> c, int stride, int rows, int inner)
    {
        if (rows > 0 && inner > 0)
        {
            Multiply<Accumulate>(a, rowStride, innerStride, b, c, stride, rows, inner, PanelColumns);
        }
    }

    /// <summary>C[i, j] = epilogue(start[j] + sum over l of A(i, l) B[l, j], companion[i, j]).</summary>
    /// <typeparam name="TEpilogue">What happens to an element before it is stored.</typeparam>
    /// <param name="a">A(i, l) stands at i * <paramref name="rowStride"/> + l * <paramref name="innerStride"/>.</param>
    /// <param name="rowStride">Step between rows of A; 1 multiplies by a transposed matrix.</param>
    /// <param name="innerStride">Step along the inner axis of A.</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="c">Row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="stride">Step between rows of C, at least <paramref name="columns"/>.</param>
    /// <param name="rows">Rows of A and C, at least 1.</param>
    /// <param name="inner">Length of the sums, at least 1.</param>
    /// <param name="columns">Columns of B and C, a multiple of 32.</param>
    /// <param name="start">What the sums of a column begin with, [columns]; empty for zeros.</param>
    /// <param name="companion">Laid out as C; empty for C itself.</param>
    /// <param name="rightStride">Step between rows of B; 0 for <paramref name="columns"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Columns are no multiple of 32, or a matrix is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TEpilogue>(
        ReadOnlySpan<float> a, int rowStride, int innerStride, ReadOnlySpan<float> b, Span<float> c, int stride,
        int rows, int inner, int columns, ReadOnlySpan<float> start = default, ReadOnlySpan<float> companion = default,
        int rightStride = 0)
        where TEpilogue : struct, IEpilogue
    {
        // The loops below read without bounds checks: the furthest elements are checked here, once.
        ArgumentOutOfRangeException.ThrowIfNegative(rowStride);
        ArgumentOutOfRangeException.ThrowIfNegative(innerStride);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inner, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(columns % PanelColumns, 0, nameof(columns));
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, (long)(rows - 1) * rowStride + (long)(inner - 1) * innerStride + 1);
        rightStride = rightStride == 0 ? columns : rightStride;
        ArgumentOutOfRangeException.ThrowIfLessThan(rightStride, columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(b.Length, (long)(inner - 1) * rightStride + columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, (long)(rows - 1) * stride + columns);
        ReadOnlySpan<float> other = companion.IsEmpty ? c : companion;
        ArgumentOutOfRangeException.ThrowIfLessThan(other.Length, (long)(rows - 1) * stride + columns, nameof(companion));
        if (!start.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(start.Length, columns);
        }

        ProductOperands product = new()
        {
            A = ref MemoryMarshal.GetReference(a),
            B = ref MemoryMarshal.GetReference(b),
            C = ref MemoryMarshal.GetReference(c),
            Companion = ref MemoryMarshal.GetReference(other),
            Start = ref start.IsEmpty ? ref Unsafe.NullRef<float>() : ref MemoryMarshal.GetReference(start),
            RowStride = rowStride,
            InnerStride = innerStride,
            RightStride = rightStride,
            Stride = stride,
            Inner = inner,
        };
        if (IsWide)
        {
            for (int j = 0; j < columns; j += WideTiles.Columns)
            {
                int eights = rows / 8, fours = (rows - 8 * eights) / 4, done = 8 * eights + 4 * fours;
                WideTiles.Eights<TEpilogue>(product, 0, eights);
                WideTiles.Fours<TEpilogue>(product, 8 * eights, fours);
                WideTiles.Ones<TEpilogue>(product, done, rows - done);
                product.Skip(WideTiles.Columns);
            }
        }
        else
        {
            for (int j = 0; j < columns; j += NarrowTiles.Columns)
            {
                // Two fours rather than a six and two single rows.
                int sixes = rows % 6 is 2 or 3 ? Math.Max(0, rows / 6 - 1) : rows / 6;
                int fours = (rows - 6 * sixes) / 4, done = 6 * sixes + 4 * fours;
                NarrowTiles.Sixes<TEpilogue>(product, 0, sixes);
                NarrowTiles.Fours<TEpilogue>(product, 6 * sixes, fours);
                NarrowTiles.Ones<TEpilogue>(product, done, rows - done);
                product.Skip(NarrowTiles.Columns);
            }
        }
    }
}
