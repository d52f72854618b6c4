using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reproduce.Kernels;

/// <summary>Small operations on matrices that are stored row by row, beside <see cref="MatrixProduct"/>.</summary>
public static class MatrixOperations
{
    // Controls of Avx.Permute2x128 and Avx.Shuffle.
    private const byte LowHalves = 0x20, HighHalves = 0x31, LowPairs = 0x44, HighPairs = 0xEE;

    /// <summary>The inner product of two vectors.</summary>
    /// <param name="a">At least as many numbers as <paramref name="b"/>.</param>
    /// <param name="b">A multiple of 16 numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length % 16, 0, nameof(b));
        Require.Reaches(a, b.Length);
        Vector256<float> even = default, odd = default;
        ref float ra = ref MemoryMarshal.GetReference(a), rb = ref MemoryMarshal.GetReference(b);
        for (nuint i = 0; i < (nuint)b.Length; i += 16)
        {
            even = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref ra, i), Vector256.LoadUnsafe(ref rb, i), even);
            odd = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref ra, i + 8), Vector256.LoadUnsafe(ref rb, i + 8), odd);
        }

        return Vector256.Sum(even + odd);
    }

    /// <summary>The sum of every column.</summary>
    /// <param name="matrix">[rows, columns], an even number of rows.</param>
    /// <param name="sums">Receives [columns], a multiple of 8 numbers.</param>
    /// <param name="rows">Rows of the matrix.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ColumnSums(ReadOnlySpan<float> matrix, Span<float> sums, int rows)
    {
        int columns = sums.Length, j = 0;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows % 2, 0, nameof(rows));
        Require.WholeVectors(columns);
        Require.Reaches(matrix, rows * columns);
        ref float from = ref MemoryMarshal.GetReference(matrix);

        // Four vectors at once: one alone would wait for its own sum.
        for (; j <= columns - 32; j += 32)
        {
            Vector256<float> even0 = default, even1 = default, even2 = default, even3 = default;
            Vector256<float> odd0 = default, odd1 = default, odd2 = default, odd3 = default;
            ref float row = ref Unsafe.Add(ref from, j);
            for (int i = 0; i < rows; i += 2)
            {
                even0 += Vector256.LoadUnsafe(ref row);
                even1 += Vector256.LoadUnsafe(ref row, 8);
                even2 += Vector256.LoadUnsafe(ref row, 16);
                even3 += Vector256.LoadUnsafe(ref row, 24);
                row = ref Unsafe.Add(ref row, columns);
                odd0 += Vector256.LoadUnsafe(ref row);
                odd1 += Vector256.LoadUnsafe(ref row, 8);
                odd2 += Vector256.LoadUnsafe(ref row, 16);
                odd3 += Vector256.LoadUnsafe(ref row, 24);
                row = ref Unsafe.Add(ref row, columns);
            }

            (even0 + odd0).CopyTo(sums[j..]);
            (even1 + odd1).CopyTo(sums[(j + 8)..]);
            (even2 + odd2).CopyTo(sums[(j + 16)..]);
            (even3 + odd3).CopyTo(sums[(j + 24)..]);
        }

        for (; j < columns; j += 8)
        {
            Vector256<float> even = default, odd = default;
            for (int i = 0; i < rows; i += 2)
            {
                even += Vector256.LoadUnsafe(ref from, (nuint)(i * columns + j));
                odd += Vector256.LoadUnsafe(ref from, (nuint)((i + 1) * columns + j));
            }

            (even + odd).CopyTo(sums[j..]);
        }
    }

    /// <summary>The transpose of the block of a matrix that begins at its first number.</summary>
    /// <param name="matrix">Row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="transposed">Receives the block, laid out as <paramref name="matrix"/>.</param>
    /// <param name="size">Rows and columns of the block.</param>
    /// <param name="stride">Step between rows, at least <paramref name="size"/>.</param>
    public static void Transpose(ReadOnlySpan<float> matrix, Span<float> transposed, int size, int stride) =>
        Transpose(matrix, size, size, stride, transposed, stride);

    /// <summary>The transpose of the block of a matrix that begins at its first number.</summary>
    /// <param name="matrix">Row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="columns">Columns of the block.</param>
    /// <param name="stride">Step between rows of the matrix, at least <paramref name="columns"/>.</param>
    /// <param name="transposed">Receives the block; row j begins at j * <paramref name="transposedStride"/>.</param>
    /// <param name="transposedStride">Step between its rows, at least <paramref name="rows"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(
        ReadOnlySpan<float> matrix, int rows, int columns, int stride, Span<float> transposed, int transposedStride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(transposedStride, rows);
        Require.Reaches(matrix, (rows - 1) * stride + columns);
        Require.Reaches(transposed, (columns - 1) * transposedStride + rows);
        int wholeRows = Avx.IsSupported ? rows / 8 * 8 : 0, wholeColumns = Avx.IsSupported ? columns / 8 * 8 : 0;
        for (int i = 0; i < wholeRows; i += 8)
        {
            for (int j = 0; j < wholeColumns; j += 8)
            {
                TransposeEight(
                    ref Unsafe.AsRef(in matrix[i * stride + j]), stride, ref transposed[j * transposedStride + i], transposedStride);
            }
        }

        for (int i = 0; i < rows; i++)
        {
            for (int j = i < wholeRows ? wholeColumns : 0; j < columns; j++)
            {
                transposed[j * transposedStride + i] = matrix[i * stride + j];
            }
        }
    }

    // 8 x 8 numbers: pairs of rows interleaved, then pairs of pairs, then halves exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeEight(ref float from, nint fromStride, ref float to, nint stride)
    {
        (Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3) = InterleaveFour(ref from, fromStride);
        (Vector256<float> b0, Vector256<float> b1, Vector256<float> b2, Vector256<float> b3) =
            InterleaveFour(ref Unsafe.Add(ref from, 4 * fromStride), fromStride);
        Avx.Permute2x128(a0, b0, LowHalves).StoreUnsafe(ref to);
        Avx.Permute2x128(a1, b1, LowHalves).StoreUnsafe(ref Unsafe.Add(ref to, stride));
        Avx.Permute2x128(a2, b2, LowHalves).StoreUnsafe(ref Unsafe.Add(ref to, 2 * stride));
        Avx.Permute2x128(a3, b3, LowHalves).StoreUnsafe(ref Unsafe.Add(ref to, 3 * stride));
        Avx.Permute2x128(a0, b0, HighHalves).StoreUnsafe(ref Unsafe.Add(ref to, 4 * stride));
        Avx.Permute2x128(a1, b1, HighHalves).StoreUnsafe(ref Unsafe.Add(ref to, 5 * stride));
        Avx.Permute2x128(a2, b2, HighHalves).StoreUnsafe(ref Unsafe.Add(ref to, 6 * stride));
        Avx.Permute2x128(a3, b3, HighHalves).StoreUnsafe(ref Unsafe.Add(ref to, 7 * stride));
    }

    // Column k (and, in the upper half, 4 + k) of four rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second, Vector256<float> Third, Vector256<float> Fourth) InterleaveFour(
        ref float from, nint stride)
    {
        Vector256<float> r0 = Vector256.LoadUnsafe(ref from), r1 = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, stride));
        Vector256<float> r2 = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, 2 * stride));
        Vector256<float> r3 = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, 3 * stride));
        Vector256<float> low01 = Avx.UnpackLow(r0, r1), high01 = Avx.UnpackHigh(r0, r1);
        Vector256<float> low23 = Avx.UnpackLow(r2, r3), high23 = Avx.UnpackHigh(r2, r3);
        return (Avx.Shuffle(low01, low23, LowPairs), Avx.Shuffle(low01, low23, HighPairs),
            Avx.Shuffle(high01, high23, LowPairs), Avx.Shuffle(high01, high23, HighPairs));
    }
}
