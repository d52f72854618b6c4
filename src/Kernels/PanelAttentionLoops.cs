using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Reproduce.Kernels;

/// <summary>The loops of a <see cref="PanelAttention"/>: a vector is the same number of several images.</summary>
/// <typeparam name="TLanes">Operations.</typeparam>
/// <typeparam name="TVector">Vector of numbers.</typeparam>
/// <typeparam name="TWords">Vector of words.</typeparam>
internal static class PanelAttentionLoops<TLanes, TVector, TWords>
    where TLanes : struct, ILanes<TVector, TWords>
    where TVector : struct
    where TWords : struct
{
    private const int Width = Panels.Width;

    // A product's tile: eight sums keep two fused multiply-adds at a time busy.
    private const int TileRows = 4, TileColumns = 2;

    /// <summary>Reads.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="asked">Queries, keys and values, [3, C, P, 32].</param>
    /// <param name="read">Receives what is read, [C, P, 32].</param>
    /// <param name="weights">Receives the softmax, [P, P, 32].</param>
    internal static void Forward(in PanelAttentionShape shape, ReadOnlySpan<float> asked, Span<float> read, Span<float> weights)
    {
        int p = shape.Positions, c = shape.Channels;
        for (int lane = 0; lane < Width; lane += (int)TLanes.Count)
        {
            LaneMatrix scores = Square(weights, shape, lane);
            Multiply(Part(asked, shape, 0, lane), Part(asked, shape, 1, lane).Transposed, scores, p, p, c, Scale(shape) * VectorMath.Log2E);
            for (int i = 0; i < p; i++)
            {
                Softmax(ref Unsafe.Add(ref scores.Start, i * (nint)scores.Row), p);
            }

            Multiply(scores, Part(asked, shape, 2, lane), Part(read, shape, 0, lane), p, c, p, 1);
        }
    }

    /// <summary>The gradients.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="asked">Queries, keys and values, [3, C, P, 32].</param>
    /// <param name="weights">The softmax.</param>
    /// <param name="readGradient">Gradient of the loss by what was read.</param>
    /// <param name="gradient">Receives those by queries, keys and values, [3, C, P, 32].</param>
    /// <param name="slopes">Room for as many numbers as the softmax has.</param>
    internal static void Backward(
        in PanelAttentionShape shape, ReadOnlySpan<float> asked, ReadOnlySpan<float> weights, ReadOnlySpan<float> readGradient,
        Span<float> gradient, Span<float> slopes)
    {
        int p = shape.Positions, c = shape.Channels;
        for (int lane = 0; lane < Width; lane += (int)TLanes.Count)
        {
            LaneMatrix softmax = Square(weights, shape, lane), slope = Square(slopes, shape, lane);
            LaneMatrix byRead = Part(readGradient, shape, 0, lane);
            Multiply(softmax.Transposed, byRead, Part(gradient, shape, 2, lane), p, c, p, 1);
            Multiply(byRead, Part(asked, shape, 2, lane).Transposed, slope, p, p, c, 1);
            for (int i = 0; i < p; i++)
            {
                nint row = i * (nint)slope.Row;
                SoftmaxBackward(ref Unsafe.Add(ref softmax.Start, row), ref Unsafe.Add(ref slope.Start, row), p);
            }

            Multiply(slope, Part(asked, shape, 1, lane), Part(gradient, shape, 0, lane), p, c, p, Scale(shape));
            Multiply(slope.Transposed, Part(asked, shape, 0, lane), Part(gradient, shape, 1, lane), p, c, p, Scale(shape));
        }
    }

    private static float Scale(in PanelAttentionShape shape) => 1 / MathF.Sqrt(shape.Channels);

    // Some lanes of queries, keys or values: a row for a position, a column for a channel.
    private static LaneMatrix Part(ReadOnlySpan<float> panels, in PanelAttentionShape shape, int part, int lane) =>
        new(ref Unsafe.Add(ref MemoryMarshal.GetReference(panels), part * shape.Length + lane), Width, shape.Positions * Width);

    // Some lanes of a number for every two positions.
    private static LaneMatrix Square(ReadOnlySpan<float> weights, in PanelAttentionShape shape, int lane) =>
        new(ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), lane), shape.Positions * Width, Width);

    // Scores, as powers of two, to what they are of their sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(ref float row, int positions)
    {
        nuint end = (nuint)(positions * Width);
        TVector largest = TLanes.Load(ref row, 0);
        for (nuint j = Width; j < end; j += Width)
        {
            largest = TLanes.Max(largest, TLanes.Load(ref row, j));
        }

        TVector sum = default;
        for (nuint j = 0; j < end; j += Width)
        {
            TVector e = TLanes.Exp2(TLanes.Subtract(TLanes.Load(ref row, j), largest));
            TLanes.Store(e, ref row, j);
            sum = TLanes.Add(sum, e);
        }

        TVector share = TLanes.Divide(TLanes.Create(1f), sum);
        for (nuint j = 0; j < end; j += Width)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(ref row, j), share), ref row, j);
        }
    }

    // Gradients by a row of the softmax to those by its scores.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SoftmaxBackward(ref float softmax, ref float slope, int positions)
    {
        nuint end = (nuint)(positions * Width);
        TVector mean = default;
        for (nuint j = 0; j < end; j += Width)
        {
            mean = TLanes.MultiplyAdd(TLanes.Load(ref softmax, j), TLanes.Load(ref slope, j), mean);
        }

        for (nuint j = 0; j < end; j += Width)
        {
            TVector own = TLanes.Subtract(TLanes.Load(ref slope, j), mean);
            TLanes.Store(TLanes.Multiply(TLanes.Load(ref softmax, j), own), ref slope, j);
        }
    }

    // result = factor a b, with a of [rows, steps] and b of [steps, columns]. Tiles at the end overlap the ones before.
    private static void Multiply(in LaneMatrix a, in LaneMatrix b, in LaneMatrix result, int rows, int columns, int steps, float factor)
    {
        if (rows < TileRows || columns < TileColumns)
        {
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    Element(a, b, result, r, c, steps, factor);
                }
            }

            return;
        }

        for (int r = 0; r < rows; r += TileRows)
        {
            Tiles(a, b, result, Math.Min(r, rows - TileRows), columns, steps, factor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles(in LaneMatrix a, in LaneMatrix b, in LaneMatrix result, int row, int columns, int steps, float factor)
    {
        TVector scale = TLanes.Create(factor);
        nuint line = a.Row, step = a.Column, rightStep = b.Row, rightLine = b.Column, resultLine = result.Row;
        for (int first = 0; first < columns; first += TileColumns)
        {
            nuint column = (nuint)Math.Min(first, columns - TileColumns);
            ref float left = ref Unsafe.Add(ref a.Start, (nuint)row * line), right = ref Unsafe.Add(ref b.Start, column * rightLine);
            TVector l0 = default, l1 = default, l2 = default, l3 = default, r0 = default, r1 = default, r2 = default, r3 = default;
            for (int k = steps; k > 0; k--)
            {
                TVector b0 = TLanes.Load(ref right, 0), b1 = TLanes.Load(ref right, rightLine);
                TVector v = TLanes.Load(ref left, 0);
                l0 = TLanes.MultiplyAdd(v, b0, l0);
                r0 = TLanes.MultiplyAdd(v, b1, r0);
                v = TLanes.Load(ref left, line);
                l1 = TLanes.MultiplyAdd(v, b0, l1);
                r1 = TLanes.MultiplyAdd(v, b1, r1);
                v = TLanes.Load(ref left, 2 * line);
                l2 = TLanes.MultiplyAdd(v, b0, l2);
                r2 = TLanes.MultiplyAdd(v, b1, r2);
                v = TLanes.Load(ref left, 3 * line);
                l3 = TLanes.MultiplyAdd(v, b0, l3);
                r3 = TLanes.MultiplyAdd(v, b1, r3);
                left = ref Unsafe.Add(ref left, step);
                right = ref Unsafe.Add(ref right, rightStep);
            }

            ref float to = ref Unsafe.Add(ref result.Start, (nuint)row * resultLine + column * result.Column);
            Store(l0, r0, ref to, 0, result.Column, scale);
            Store(l1, r1, ref to, resultLine, result.Column, scale);
            Store(l2, r2, ref to, 2 * resultLine, result.Column, scale);
            Store(l3, r3, ref to, 3 * resultLine, result.Column, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TVector left, TVector right, ref float to, nuint at, nuint column, TVector scale)
    {
        TLanes.Store(TLanes.Multiply(left, scale), ref to, at);
        TLanes.Store(TLanes.Multiply(right, scale), ref to, at + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Element(in LaneMatrix a, in LaneMatrix b, in LaneMatrix result, int row, int column, int steps, float factor)
    {
        TVector sum = default;
        nuint left = (nuint)row * a.Row, right = (nuint)column * b.Column;
        for (int k = 0; k < steps; k++, left += a.Column, right += b.Row)
        {
            sum = TLanes.MultiplyAdd(TLanes.Load(ref a.Start, left), TLanes.Load(ref b.Start, right), sum);
        }

        nuint at = (nuint)row * result.Row + (nuint)column * result.Column;
        TLanes.Store(TLanes.Multiply(sum, TLanes.Create(factor)), ref result.Start, at);
    }
}
