using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>Small operations on matrices that are stored row by row, beside <see cref="MatrixProduct"/>.</summary>
public static class MatrixOperations
{
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
        int columns = sums.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows % 2, 0, nameof(rows));
        Require.WholeVectors(columns);
        Require.Reaches(matrix, rows * columns);
        ref float from = ref MemoryMarshal.GetReference(matrix);
        for (int j = 0; j < columns; j += 8)
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

    /// <summary>The transposed square matrix.</summary>
    /// <param name="matrix">[n, n].</param>
    /// <param name="transposed">Receives [n, n].</param>
    /// <param name="size">n.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(ReadOnlySpan<float> matrix, Span<float> transposed, int size)
    {
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                transposed[j * size + i] = matrix[i * size + j];
            }
        }
    }
}
