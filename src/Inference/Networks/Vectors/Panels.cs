using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>
/// What networks in vector code do with panels besides products (<see cref="MatrixProduct"/>): 32 rows of a batch with the features first, [F, 32].
/// </summary>
internal static class Panels
{
    /// <summary>Rows of a batch in a panel.</summary>
    internal const int Width = MatrixProduct.PanelColumns;

    [ThreadStatic]
    private static float[]? t_scratch;

    /// <summary>Panels that a batch fills.</summary>
    internal static int Count(int rows) => (rows + Width - 1) / Width;

    /// <summary>The next multiple of 32.</summary>
    internal static int RoundUp(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>Memory of this thread, until the next call: not for two users at once. It holds any numbers.</summary>
    internal static Span<float> Scratch(int length)
    {
        if (t_scratch is null || t_scratch.Length < length + 16)
        {
            t_scratch = GC.AllocateUninitializedArray<float>(length + 16, pinned: true);
        }

        // Vectors that straddle two cache lines cost twice.
        int skip = (int)((64 - Marshal.UnsafeAddrOfPinnedArrayElement(t_scratch, 0) % 64) % 64 / sizeof(float));
        return t_scratch.AsSpan(skip, length);
    }

    /// <summary>[count, width] to [width, 32], filled up with zeros.</summary>
    internal static void LoadRows(ReadOnlySpan<float> rows, Span<float> panel, int width, int count)
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
    internal static void StoreRows(ReadOnlySpan<float> panel, Span<float> rows, int width, int count)
    {
        for (int n = 0; n < count; n++)
        {
            for (int f = 0; f < width; f++)
            {
                rows[n * width + f] = panel[f * Width + n];
            }
        }
    }

    /// <summary>The bias of every feature in every row.</summary>
    internal static void Spread(ReadOnlySpan<float> bias, Span<float> panel, int features)
    {
        ref float to = ref MemoryMarshal.GetReference(panel);
        for (int f = 0; f < features; f++)
        {
            Vector256<float> v = Vector256.Create(bias[f]);
            for (int at = 0; at < Width; at += 8)
            {
                v.StoreUnsafe(ref to, (nuint)(f * Width + at));
            }
        }
    }

    /// <summary>max(h, 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Rectify(Span<float> panel)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            Vector256.Max(Vector256.LoadUnsafe(ref h, i), Vector256<float>.Zero).StoreUnsafe(ref h, i);
        }
    }

    /// <summary>max(h + residual, 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddAndRectify(Span<float> panel, ReadOnlySpan<float> residual)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        ref float r = ref MemoryMarshal.GetReference(residual);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            Vector256.Max(Vector256.LoadUnsafe(ref h, i) + Vector256.LoadUnsafe(ref r, i), Vector256<float>.Zero).StoreUnsafe(ref h, i);
        }
    }

    /// <summary>max(mask h + residual, 0); the mask is [F, rows], of which this panel begins at <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MaskAddAndRectify(
        Span<float> panel, ReadOnlySpan<float> residual, ReadOnlySpan<float> mask, int rows, int first, int count)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        ref float r = ref MemoryMarshal.GetReference(residual);
        Span<float> line = stackalloc float[Width];
        for (int f = 0; f < panel.Length / Width; f++)
        {
            ref float m = ref MaskLine(mask, f * rows + first, count, line);
            for (int part = 0; part < Width; part += 8)
            {
                nuint at = (nuint)(f * Width + part);
                Vector256<float> sum = Vector256.FusedMultiplyAdd(
                    Vector256.LoadUnsafe(ref h, at), Vector256.LoadUnsafe(ref m, (nuint)part), Vector256.LoadUnsafe(ref r, at));
                Vector256.Max(sum, Vector256<float>.Zero).StoreUnsafe(ref h, at);
            }
        }
    }

    /// <summary>mask max(h, 0), with a mask as in <see cref="MaskAddAndRectify"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RectifyAndMask(Span<float> panel, ReadOnlySpan<float> mask, int rows, int first, int count)
    {
        ref float h = ref MemoryMarshal.GetReference(panel);
        Span<float> line = stackalloc float[Width];
        for (int f = 0; f < panel.Length / Width; f++)
        {
            ref float m = ref MaskLine(mask, f * rows + first, count, line);
            for (int part = 0; part < Width; part += 8)
            {
                nuint at = (nuint)(f * Width + part);
                (Vector256.Max(Vector256.LoadUnsafe(ref h, at), Vector256<float>.Zero) * Vector256.LoadUnsafe(ref m, (nuint)part)).StoreUnsafe(ref h, at);
            }
        }
    }

    /// <summary>Keeps the slopes of active units, times a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WhereActive(Span<float> slope, ReadOnlySpan<float> output, float factor = 1)
    {
        ref float s = ref MemoryMarshal.GetReference(slope);
        ref float h = ref MemoryMarshal.GetReference(output);
        Vector256<float> scale = Vector256.Create(factor);
        for (nuint i = 0; i < (nuint)slope.Length; i += 8)
        {
            (Vector256.GreaterThan(Vector256.LoadUnsafe(ref h, i), Vector256<float>.Zero) & (Vector256.LoadUnsafe(ref s, i) * scale)).StoreUnsafe(ref s, i);
        }
    }

    /// <summary>Keeps the slopes of active units; <paramref name="inner"/> receives them behind the mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WhereActiveAndMasked(
        Span<float> slope, Span<float> inner, ReadOnlySpan<float> output, ReadOnlySpan<float> mask, int rows, int first, int count)
    {
        ref float s = ref MemoryMarshal.GetReference(slope);
        ref float z = ref MemoryMarshal.GetReference(inner);
        ref float h = ref MemoryMarshal.GetReference(output);
        Span<float> line = stackalloc float[Width];
        for (int f = 0; f < slope.Length / Width; f++)
        {
            ref float m = ref MaskLine(mask, f * rows + first, count, line);
            for (int part = 0; part < Width; part += 8)
            {
                nuint at = (nuint)(f * Width + part);
                Vector256<float> active = Vector256.GreaterThan(Vector256.LoadUnsafe(ref h, at), Vector256<float>.Zero) & Vector256.LoadUnsafe(ref s, at);
                active.StoreUnsafe(ref s, at);
                (active * Vector256.LoadUnsafe(ref m, (nuint)part)).StoreUnsafe(ref z, at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float MaskLine(ReadOnlySpan<float> mask, int at, int count, Span<float> line)
    {
        if (count == Width)
        {
            return ref MemoryMarshal.GetReference(mask.Slice(at, Width));
        }

        mask.Slice(at, count).CopyTo(line);
        return ref MemoryMarshal.GetReference(line);
    }

    /// <summary>Adds the sum over the panel of each feature.</summary>
    internal static void AddRowSums(ReadOnlySpan<float> panel, Span<float> sums, int features)
    {
        ref float from = ref MemoryMarshal.GetReference(panel);
        for (int f = 0; f < features; f++)
        {
            nuint at = (nuint)(f * Width);
            Vector256<float> left = Vector256.LoadUnsafe(ref from, at) + Vector256.LoadUnsafe(ref from, at + 16);
            Vector256<float> right = Vector256.LoadUnsafe(ref from, at + 8) + Vector256.LoadUnsafe(ref from, at + 24);
            sums[f] += Vector256.Sum(left + right);
        }
    }

    /// <summary>[F, 32 rows] to panels over the features, [F / 32][32 rows, 32 features].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Turn(ReadOnlySpan<float> panel, Span<float> turned, int features)
    {
        ref float from = ref MemoryMarshal.GetReference(panel);
        ref float to = ref MemoryMarshal.GetReference(turned);
        for (int f = 0; f < features; f += Width)
        {
            ref float source = ref Unsafe.Add(ref from, f * Width);
            ref float target = ref Unsafe.Add(ref to, f * Width);
            for (int n = 0; n < Width; n += 8)
            {
                for (int j = 0; j < Width; j += 8)
                {
                    Turn8(ref Unsafe.Add(ref source, j * Width + n), ref Unsafe.Add(ref target, n * Width + j));
                }
            }
        }
    }

    // Eight by eight numbers of two panels.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn8(ref float source, ref float target)
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

    /// <summary>The same for a number of features that is no multiple of 32.</summary>
    internal static void TurnNarrow(ReadOnlySpan<float> panel, Span<float> turned, int features)
    {
        turned.Clear();
        for (int f = 0; f < features; f++)
        {
            for (int n = 0; n < Width; n++)
            {
                turned[f / Width * Width * Width + n * Width + f % Width] = panel[f * Width + n];
            }
        }
    }

    /// <summary>to += from.</summary>
    internal static void Add(ReadOnlySpan<float> from, Span<float> to)
    {
        ref float f = ref MemoryMarshal.GetReference(from);
        ref float t = ref MemoryMarshal.GetReference(to);
        for (nuint i = 0; i < (nuint)to.Length; i += 8)
        {
            (Vector256.LoadUnsafe(ref t, i) + Vector256.LoadUnsafe(ref f, i)).StoreUnsafe(ref t, i);
        }
    }

    /// <summary>panel *= factor.</summary>
    internal static void Scale(Span<float> panel, float factor)
    {
        ref float p = ref MemoryMarshal.GetReference(panel);
        for (nuint i = 0; i < (nuint)panel.Length; i += 8)
        {
            (Vector256.LoadUnsafe(ref p, i) * factor).StoreUnsafe(ref p, i);
        }
    }
}
