using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Reproduce.Kernels;

/// <summary>
/// Convolutions with kernels of 3 x 3 by polynomials (Winograd 1980; Lavin and Gray 2016): 4 x 4 pixels of the output from 6 x 6
/// of the input by 36 products where 144 are written down.
/// </summary>
/// <remarks>
/// A row of the input is a polynomial whose values at six points are multiplied by the kernel's. The points are 0, 3/4, -3/4, 3/2, -3/2 and
/// infinity: with them errors are those of a plain sum in float32, with the usual 1 and 2 for 3/4 and 3/2 about twice as large.
/// </remarks>
internal readonly struct WinogradTiles : ITileTransform
{
    private const int Side = 6, Tile = 4, Lanes = Panels.Width;

    // The points, their powers, the sum of their squares and the product of those.
    private const float Near = 0.75f, Near2 = Near * Near, Near3 = Near2 * Near;
    private const float Far = 1.5f, Far2 = Far * Far, Far3 = Far2 * Far;
    private const float SquareSum = Near2 + Far2, SquareProduct = Near2 * Far2;

    /// <inheritdoc/>
    public static int Components => Side * Side;

    /// <inheritdoc/>
    public static int PatchSide => Side;

    /// <inheritdoc/>
    public static int TileSide => Tile;

    /// <inheritdoc/>
    public static bool PatchesOverlap => true;

    /// <summary>The values of a kernel's row at the six points, divided by what the input's polynomials have there, [6, 3].</summary>
    internal static double[,] Values()
    {
        double near = 2 * Near2 * (Near2 - Far2), far = 2 * Far2 * (Far2 - Near2);
        return new double[,]
        {
            { 1 / SquareProduct, 0, 0 },
            { 1 / near, Near / near, Near2 / near },
            { 1 / near, -Near / near, Near2 / near },
            { 1 / far, Far / far, Far2 / far },
            { 1 / far, -Far / far, Far2 / far },
            { 0, 0, 1 },
        };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<TLanes, TVector, TWords>(ref float image, in TileWindow window, ref float components, nint stride)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        Span<float> room = stackalloc float[Side * Side * 16];
        ref float half = ref MemoryMarshal.GetReference(room);
        uint rows = window.Rows, columns = window.Columns;
        nint rowStride = window.RowStride;
        nuint count = TLanes.Count;
        for (nuint lane = 0; lane < Lanes; lane += count)
        {
            for (int j = 0; j < Side; j++)
            {
                TVector d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
                if ((columns >> j & 1) != 0)
                {
                    ref float x = ref Unsafe.Add(ref image, window.Offset + j * Lanes);
                    d0 = (rows & 1) != 0 ? TLanes.Load(ref x, lane) : default;
                    d1 = (rows & 2) != 0 ? TLanes.Load(ref Unsafe.Add(ref x, rowStride), lane) : default;
                    d2 = (rows & 4) != 0 ? TLanes.Load(ref Unsafe.Add(ref x, 2 * rowStride), lane) : default;
                    d3 = (rows & 8) != 0 ? TLanes.Load(ref Unsafe.Add(ref x, 3 * rowStride), lane) : default;
                    d4 = (rows & 16) != 0 ? TLanes.Load(ref Unsafe.Add(ref x, 4 * rowStride), lane) : default;
                    d5 = (rows & 32) != 0 ? TLanes.Load(ref Unsafe.Add(ref x, 5 * rowStride), lane) : default;
                }

                StoreValues<TLanes, TVector, TWords>(
                    d0, d1, d2, d3, d4, d5, ref Unsafe.Add(ref half, j * (nint)count), Side * (nint)count, 0);
            }

            for (int i = 0; i < Side; i++)
            {
                ref float h = ref Unsafe.Add(ref half, i * Side * (nint)count);
                StoreValues<TLanes, TVector, TWords>(
                    TLanes.Load(ref h, 0), TLanes.Load(ref h, count), TLanes.Load(ref h, 2 * count), TLanes.Load(ref h, 3 * count),
                    TLanes.Load(ref h, 4 * count), TLanes.Load(ref h, 5 * count),
                    ref Unsafe.Add(ref components, i * Side * stride), stride, lane);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GatherBackward<TLanes, TVector, TWords>(ref float components, nint stride, ref float image, in TileWindow window)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        Span<float> room = stackalloc float[Side * Side * 16];
        ref float half = ref MemoryMarshal.GetReference(room);
        uint rows = window.Rows, columns = window.Columns;
        nint rowStride = window.RowStride;
        nuint count = TLanes.Count;
        for (nuint lane = 0; lane < Lanes; lane += count)
        {
            for (int i = 0; i < Side; i++)
            {
                AddValues<TLanes, TVector, TWords>(
                    ref Unsafe.Add(ref components, i * Side * stride), stride, lane,
                    out TVector d0, out TVector d1, out TVector d2, out TVector d3, out TVector d4, out TVector d5);
                ref float h = ref Unsafe.Add(ref half, i * Side * (nint)count);
                TLanes.Store(d0, ref h, 0);
                TLanes.Store(d1, ref h, count);
                TLanes.Store(d2, ref h, 2 * count);
                TLanes.Store(d3, ref h, 3 * count);
                TLanes.Store(d4, ref h, 4 * count);
                TLanes.Store(d5, ref h, 5 * count);
            }

            for (int j = 0; j < Side; j++)
            {
                if ((columns >> j & 1) == 0)
                {
                    continue;
                }

                AddValues<TLanes, TVector, TWords>(
                    ref Unsafe.Add(ref half, j * (nint)count), Side * (nint)count, 0,
                    out TVector d0, out TVector d1, out TVector d2, out TVector d3, out TVector d4, out TVector d5);
                ref float x = ref Unsafe.Add(ref image, window.Offset + j * Lanes);
                AddTo<TLanes, TVector, TWords>(d0, ref x, lane, (rows & 1) != 0);
                AddTo<TLanes, TVector, TWords>(d1, ref Unsafe.Add(ref x, rowStride), lane, (rows & 2) != 0);
                AddTo<TLanes, TVector, TWords>(d2, ref Unsafe.Add(ref x, 2 * rowStride), lane, (rows & 4) != 0);
                AddTo<TLanes, TVector, TWords>(d3, ref Unsafe.Add(ref x, 3 * rowStride), lane, (rows & 8) != 0);
                AddTo<TLanes, TVector, TWords>(d4, ref Unsafe.Add(ref x, 4 * rowStride), lane, (rows & 16) != 0);
                AddTo<TLanes, TVector, TWords>(d5, ref Unsafe.Add(ref x, 5 * rowStride), lane, (rows & 32) != 0);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread<TLanes, TVector, TWords>(
        ref float components, nint stride, ref float bias, ref float image, in TileWindow window)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        Span<float> room = stackalloc float[Side * Tile * 16];
        ref float half = ref MemoryMarshal.GetReference(room);
        uint rows = window.Rows, columns = window.Columns;
        nint rowStride = window.RowStride;
        nuint count = TLanes.Count;
        for (nuint lane = 0; lane < Lanes; lane += count)
        {
            for (int j = 0; j < Side; j++)
            {
                Sums<TLanes, TVector, TWords>(
                    ref Unsafe.Add(ref components, j * stride), Side * stride, lane,
                    out TVector y0, out TVector y1, out TVector y2, out TVector y3);
                ref float h = ref Unsafe.Add(ref half, j * (nint)count);
                TLanes.Store(y0, ref h, 0);
                TLanes.Store(y1, ref h, Side * count);
                TLanes.Store(y2, ref h, 2 * Side * count);
                TLanes.Store(y3, ref h, 3 * Side * count);
            }

            TVector b = TLanes.Load(ref bias, lane);
            for (int i = 0; i < Tile; i++)
            {
                if ((rows >> i & 1) == 0)
                {
                    break;
                }

                Sums<TLanes, TVector, TWords>(
                    ref Unsafe.Add(ref half, i * Side * (nint)count), (nint)count, 0,
                    out TVector y0, out TVector y1, out TVector y2, out TVector y3);
                ref float y = ref Unsafe.Add(ref image, window.Offset + i * rowStride);
                TLanes.Store(TLanes.Add(y0, b), ref y, lane);
                if ((columns & 2) != 0)
                {
                    TLanes.Store(TLanes.Add(y1, b), ref Unsafe.Add(ref y, Lanes), lane);
                }

                if ((columns & 4) != 0)
                {
                    TLanes.Store(TLanes.Add(y2, b), ref Unsafe.Add(ref y, 2 * Lanes), lane);
                }

                if ((columns & 8) != 0)
                {
                    TLanes.Store(TLanes.Add(y3, b), ref Unsafe.Add(ref y, 3 * Lanes), lane);
                }
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SpreadBackward<TLanes, TVector, TWords>(
        ref float image, in TileWindow window, ref float components, nint stride)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        Span<float> room = stackalloc float[Side * Tile * 16];
        ref float half = ref MemoryMarshal.GetReference(room);
        uint rows = window.Rows, columns = window.Columns;
        nint rowStride = window.RowStride;
        nuint count = TLanes.Count;
        for (nuint lane = 0; lane < Lanes; lane += count)
        {
            for (int i = 0; i < Tile; i++)
            {
                TVector y0 = default, y1 = default, y2 = default, y3 = default;
                if ((rows >> i & 1) != 0)
                {
                    ref float y = ref Unsafe.Add(ref image, window.Offset + i * rowStride);
                    y0 = TLanes.Load(ref y, lane);
                    y1 = (columns & 2) != 0 ? TLanes.Load(ref Unsafe.Add(ref y, Lanes), lane) : default;
                    y2 = (columns & 4) != 0 ? TLanes.Load(ref Unsafe.Add(ref y, 2 * Lanes), lane) : default;
                    y3 = (columns & 8) != 0 ? TLanes.Load(ref Unsafe.Add(ref y, 3 * Lanes), lane) : default;
                }

                StoreSums<TLanes, TVector, TWords>(y0, y1, y2, y3, ref Unsafe.Add(ref half, i * Side * (nint)count), (nint)count, 0);
            }

            for (int j = 0; j < Side; j++)
            {
                ref float h = ref Unsafe.Add(ref half, j * (nint)count);
                StoreSums<TLanes, TVector, TWords>(
                    TLanes.Load(ref h, 0), TLanes.Load(ref h, Side * count), TLanes.Load(ref h, 2 * Side * count),
                    TLanes.Load(ref h, 3 * Side * count), ref Unsafe.Add(ref components, j * stride), Side * stride, lane);
            }
        }
    }

    // The values at the six points of the polynomials whose coefficients are d.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreValues<TLanes, TVector, TWords>(
        TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5, ref float to, nint stride, nuint lane)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        TVector product = TLanes.Create(SquareProduct), sum = TLanes.Create(-SquareSum);
        TLanes.Store(TLanes.MultiplyAdd(product, d0, TLanes.MultiplyAdd(sum, d2, d4)), ref to, lane);
        TLanes.Store(TLanes.MultiplyAdd(product, d1, TLanes.MultiplyAdd(sum, d3, d5)), ref Unsafe.Add(ref to, 5 * stride), lane);
        TVector far2 = TLanes.Create(-Far2), near = TLanes.Create(Near);
        TVector even = TLanes.MultiplyAdd(far2, d2, d4), odd = TLanes.Multiply(near, TLanes.MultiplyAdd(far2, d1, d3));
        TLanes.Store(TLanes.Add(even, odd), ref Unsafe.Add(ref to, stride), lane);
        TLanes.Store(TLanes.Subtract(even, odd), ref Unsafe.Add(ref to, 2 * stride), lane);
        TVector near2 = TLanes.Create(-Near2), far = TLanes.Create(Far);
        even = TLanes.MultiplyAdd(near2, d2, d4);
        odd = TLanes.Multiply(far, TLanes.MultiplyAdd(near2, d1, d3));
        TLanes.Store(TLanes.Add(even, odd), ref Unsafe.Add(ref to, 3 * stride), lane);
        TLanes.Store(TLanes.Subtract(even, odd), ref Unsafe.Add(ref to, 4 * stride), lane);
    }

    // The transpose of StoreValues.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddValues<TLanes, TVector, TWords>(
        ref float from, nint stride, nuint lane,
        out TVector d0, out TVector d1, out TVector d2, out TVector d3, out TVector d4, out TVector d5)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        TVector v0 = TLanes.Load(ref from, lane), v1 = TLanes.Load(ref Unsafe.Add(ref from, stride), lane);
        TVector v2 = TLanes.Load(ref Unsafe.Add(ref from, 2 * stride), lane), v3 = TLanes.Load(ref Unsafe.Add(ref from, 3 * stride), lane);
        TVector v4 = TLanes.Load(ref Unsafe.Add(ref from, 4 * stride), lane), v5 = TLanes.Load(ref Unsafe.Add(ref from, 5 * stride), lane);
        TVector nearSum = TLanes.Add(v1, v2), nearDifference = TLanes.Multiply(TLanes.Create(Near), TLanes.Subtract(v1, v2));
        TVector farSum = TLanes.Add(v3, v4), farDifference = TLanes.Multiply(TLanes.Create(Far), TLanes.Subtract(v3, v4));
        TVector product = TLanes.Create(SquareProduct), sum = TLanes.Create(-SquareSum);
        TVector near2 = TLanes.Create(-Near2), far2 = TLanes.Create(-Far2);
        d0 = TLanes.Multiply(product, v0);
        d1 = TLanes.MultiplyAdd(product, v5, TLanes.MultiplyAdd(far2, nearDifference, TLanes.Multiply(near2, farDifference)));
        d2 = TLanes.MultiplyAdd(sum, v0, TLanes.MultiplyAdd(far2, nearSum, TLanes.Multiply(near2, farSum)));
        d3 = TLanes.MultiplyAdd(sum, v5, TLanes.Add(nearDifference, farDifference));
        d4 = TLanes.Add(v0, TLanes.Add(nearSum, farSum));
        d5 = v5;
    }

    // The four coefficients that the products at the six points have in common with the output.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sums<TLanes, TVector, TWords>(
        ref float from, nint stride, nuint lane, out TVector y0, out TVector y1, out TVector y2, out TVector y3)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        TVector m1 = TLanes.Load(ref Unsafe.Add(ref from, stride), lane), m2 = TLanes.Load(ref Unsafe.Add(ref from, 2 * stride), lane);
        TVector m3 = TLanes.Load(ref Unsafe.Add(ref from, 3 * stride), lane), m4 = TLanes.Load(ref Unsafe.Add(ref from, 4 * stride), lane);
        TVector nearSum = TLanes.Add(m1, m2), nearDifference = TLanes.Subtract(m1, m2);
        TVector farSum = TLanes.Add(m3, m4), farDifference = TLanes.Subtract(m3, m4);
        y0 = TLanes.Add(TLanes.Load(ref from, lane), TLanes.Add(nearSum, farSum));
        y1 = TLanes.MultiplyAdd(TLanes.Create(Near), nearDifference, TLanes.Multiply(TLanes.Create(Far), farDifference));
        y2 = TLanes.MultiplyAdd(TLanes.Create(Near2), nearSum, TLanes.Multiply(TLanes.Create(Far2), farSum));
        y3 = TLanes.MultiplyAdd(
            TLanes.Create(Near3), nearDifference,
            TLanes.MultiplyAdd(TLanes.Create(Far3), farDifference, TLanes.Load(ref Unsafe.Add(ref from, 5 * stride), lane)));
    }

    // The transpose of Sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSums<TLanes, TVector, TWords>(
        TVector y0, TVector y1, TVector y2, TVector y3, ref float to, nint stride, nuint lane)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        TLanes.Store(y0, ref to, lane);
        TVector even = TLanes.MultiplyAdd(TLanes.Create(Near2), y2, y0);
        TVector odd = TLanes.MultiplyAdd(TLanes.Create(Near), y1, TLanes.Multiply(TLanes.Create(Near3), y3));
        TLanes.Store(TLanes.Add(even, odd), ref Unsafe.Add(ref to, stride), lane);
        TLanes.Store(TLanes.Subtract(even, odd), ref Unsafe.Add(ref to, 2 * stride), lane);
        even = TLanes.MultiplyAdd(TLanes.Create(Far2), y2, y0);
        odd = TLanes.MultiplyAdd(TLanes.Create(Far), y1, TLanes.Multiply(TLanes.Create(Far3), y3));
        TLanes.Store(TLanes.Add(even, odd), ref Unsafe.Add(ref to, 3 * stride), lane);
        TLanes.Store(TLanes.Subtract(even, odd), ref Unsafe.Add(ref to, 4 * stride), lane);
        TLanes.Store(y3, ref Unsafe.Add(ref to, 5 * stride), lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TLanes, TVector, TWords>(TVector value, ref float to, nuint lane, bool inside)
        where TLanes : ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        if (inside)
        {
            TLanes.Store(TLanes.Add(TLanes.Load(ref to, lane), value), ref to, lane);
        }
    }
}
