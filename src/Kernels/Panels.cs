using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reproduce.Kernels;

/// <summary>
/// The layout that networks in vector code have: a panel is 32 rows of a batch with the features first, [F, 32]. A layer is then a
/// <see cref="MatrixProduct"/> of its weights, as they lie in memory, with a panel.
/// </summary>
public static class Panels
{
    /// <summary>Rows of a batch in a panel.</summary>
    public const int Width = MatrixProduct.PanelColumns;

    /// <summary>Panels that a batch fills.</summary>
    /// <param name="rows">Rows of the batch.</param>
    public static int Count(int rows) => (rows + Width - 1) / Width;

    /// <summary>The next multiple of 32.</summary>
    /// <param name="columns">Any number.</param>
    public static int RoundUp(int columns) => Count(columns) * Width;

    /// <summary>[count, width] to [width, 32], filled up with zeros.</summary>
    /// <param name="rows">[count, width].</param>
    /// <param name="panel">Receives [width, 32].</param>
    /// <param name="width">Numbers in a row.</param>
    /// <param name="count">At most 32.</param>
    public static void LoadRows(ReadOnlySpan<float> rows, Span<float> panel, int width, int count)
    {
        if (count < Width)
        {
            panel.Clear();
        }

        for (int n = 0; n < count; n++)
        {
            for (int f = 0; f < width; f++)
            {
                panel[f * Width + n] = rows[n * width + f];
            }
        }
    }

    /// <summary>[width, 32] to [count, width].</summary>
    /// <param name="panel">[width, 32].</param>
    /// <param name="rows">Receives [count, width].</param>
    /// <param name="width">Numbers in a row.</param>
    /// <param name="count">At most 32.</param>
    public static void StoreRows(ReadOnlySpan<float> panel, Span<float> rows, int width, int count)
    {
        for (int n = 0; n < count; n++)
        {
            for (int f = 0; f < width; f++)
            {
                rows[n * width + f] = panel[f * Width + n];
            }
        }
    }

    /// <summary>[F, 32 rows] to panels over the features, [F / 32 rounded up][32 rows, 32 features], filled up with zeros.</summary>
    /// <param name="panel">[F, 32].</param>
    /// <param name="transposed">Receives F, rounded up to a multiple of 32, times 32 numbers.</param>
    /// <param name="features">F.</param>
    public static void Transpose(ReadOnlySpan<float> panel, Span<float> transposed, int features)
    {
        if (features % Width == 0)
        {
            TransposeBlocks(panel, transposed, features);
            return;
        }

        transposed.Clear();
        for (int f = 0; f < features; f++)
        {
            for (int n = 0; n < Width; n++)
            {
                transposed[f / Width * Width * Width + n * Width + f % Width] = panel[f * Width + n];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeBlocks(ReadOnlySpan<float> panel, Span<float> transposed, int features)
    {
        Require.Reaches(panel, features * Width);
        Require.Reaches(transposed, features * Width);
        ref float from = ref MemoryMarshal.GetReference(panel);
        ref float to = ref MemoryMarshal.GetReference(transposed);
        for (int f = 0; f < features; f += Width)
        {
            ref float source = ref Unsafe.Add(ref from, f * Width);
            ref float target = ref Unsafe.Add(ref to, f * Width);
            for (int n = 0; n < Width; n += 8)
            {
                for (int j = 0; j < Width; j += 8)
                {
                    TransposeEight(ref Unsafe.Add(ref source, j * Width + n), ref Unsafe.Add(ref target, n * Width + j));
                }
            }
        }
    }

    // Eight by eight numbers of two panels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeEight(ref float source, ref float target)
    {
        if (!Avx.IsSupported)
        {
            for (int n = 0; n < 8; n++)
            {
                for (int j = 0; j < 8; j++)
                {
                    Unsafe.Add(ref target, n * Width + j) = Unsafe.Add(ref source, j * Width + n);
                }
            }

            return;
        }

        // Pairs of rows, then fours, then eights.
        (Vector256<float> a0, Vector256<float> a1) = Pair(ref source, 0);
        (Vector256<float> a2, Vector256<float> a3) = Pair(ref source, 2);
        (Vector256<float> a4, Vector256<float> a5) = Pair(ref source, 4);
        (Vector256<float> a6, Vector256<float> a7) = Pair(ref source, 6);
        Store(ref target, 0, Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a4, a6, 0x44));
        Store(ref target, 1, Avx.Shuffle(a0, a2, 0xEE), Avx.Shuffle(a4, a6, 0xEE));
        Store(ref target, 2, Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a5, a7, 0x44));
        Store(ref target, 3, Avx.Shuffle(a1, a3, 0xEE), Avx.Shuffle(a5, a7, 0xEE));

        static (Vector256<float> Low, Vector256<float> High) Pair(ref float source, int row)
        {
            Vector256<float> first = Vector256.LoadUnsafe(ref source, (nuint)(row * Width));
            Vector256<float> second = Vector256.LoadUnsafe(ref source, (nuint)((row + 1) * Width));
            return (Avx.UnpackLow(first, second), Avx.UnpackHigh(first, second));
        }

        static void Store(ref float target, int row, Vector256<float> left, Vector256<float> right)
        {
            Avx.Permute2x128(left, right, 0x20).StoreUnsafe(ref target, (nuint)(row * Width));
            Avx.Permute2x128(left, right, 0x31).StoreUnsafe(ref target, (nuint)((row + 4) * Width));
        }
    }
}
