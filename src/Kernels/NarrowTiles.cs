using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Tiles of a <see cref="MatrixProduct"/> in 256-bit vectors: 12 sums, two vectors of B and an element of A fill the 16 registers.
/// </summary>
internal static class NarrowTiles
{
    /// <summary>Columns of a tile: two vectors.</summary>
    internal const int Columns = 16;

    /// <summary>Rows from <paramref name="row"/> on, 6 at a time.</summary>
    /// <typeparam name="TEpilogue">What happens to an element before it is stored.</typeparam>
    /// <param name="product">The product, from the tiles' first column on.</param>
    /// <param name="row">The first row.</param>
    /// <param name="count">How many tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sixes<TEpilogue>(in ProductOperands product, int row, int count)
        where TEpilogue : struct, IEpilogue
    {
        nint rowStride = product.RowStride, innerStride = product.InnerStride, rightStride = product.RightStride, stride = product.Stride;
        nint three = 3 * rowStride, five = 5 * rowStride;
        ref float c = ref Unsafe.Add(ref product.C, row * stride), companion = ref Unsafe.Add(ref product.Companion, row * stride);
        (Vector256<float> left, Vector256<float> right) = Start(product);
        for (int end = row + 6 * count; row < end; row += 6)
        {
            ref float a = ref Unsafe.Add(ref product.A, row * rowStride), b = ref product.B;
            Vector256<float> l0 = left, l1 = left, l2 = left, l3 = left, l4 = left, l5 = left;
            Vector256<float> r0 = right, r1 = right, r2 = right, r3 = right, r4 = right, r5 = right;
            for (int l = product.Inner; l > 0; l--)
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
                b = ref Unsafe.Add(ref b, rightStride);
            }

            Store<TEpilogue>(l0, r0, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l1, r1, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l2, r2, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l3, r3, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l4, r4, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l5, r5, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
        }
    }

    /// <summary>Rows from <paramref name="row"/> on, 4 at a time.</summary>
    /// <typeparam name="TEpilogue">What happens to an element before it is stored.</typeparam>
    /// <param name="product">The product, from the tiles' first column on.</param>
    /// <param name="row">The first row.</param>
    /// <param name="count">How many tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fours<TEpilogue>(in ProductOperands product, int row, int count)
        where TEpilogue : struct, IEpilogue
    {
        nint rowStride = product.RowStride, innerStride = product.InnerStride, rightStride = product.RightStride, stride = product.Stride;
        nint three = 3 * rowStride;
        ref float c = ref Unsafe.Add(ref product.C, row * stride), companion = ref Unsafe.Add(ref product.Companion, row * stride);
        (Vector256<float> left, Vector256<float> right) = Start(product);
        for (int end = row + 4 * count; row < end; row += 4)
        {
            ref float a = ref Unsafe.Add(ref product.A, row * rowStride), b = ref product.B;
            Vector256<float> l0 = left, l1 = left, l2 = left, l3 = left;
            Vector256<float> r0 = right, r1 = right, r2 = right, r3 = right;
            for (int l = product.Inner; l > 0; l--)
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
                b = ref Unsafe.Add(ref b, rightStride);
            }

            Store<TEpilogue>(l0, r0, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l1, r1, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l2, r2, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
            Store<TEpilogue>(l3, r3, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
        }
    }

    /// <summary>Rows from <paramref name="row"/> on, one at a time.</summary>
    /// <typeparam name="TEpilogue">What happens to an element before it is stored.</typeparam>
    /// <param name="product">The product, from the tiles' first column on.</param>
    /// <param name="row">The first row.</param>
    /// <param name="count">How many tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Ones<TEpilogue>(in ProductOperands product, int row, int count)
        where TEpilogue : struct, IEpilogue
    {
        nint rowStride = product.RowStride, innerStride = product.InnerStride, rightStride = product.RightStride, stride = product.Stride;
        ref float c = ref Unsafe.Add(ref product.C, row * stride), companion = ref Unsafe.Add(ref product.Companion, row * stride);
        (Vector256<float> left, Vector256<float> right) = Start(product);
        for (int end = row + count; row < end; row++)
        {
            ref float a = ref Unsafe.Add(ref product.A, row * rowStride), b = ref product.B;
            Vector256<float> l0 = left;
            Vector256<float> r0 = right;
            for (int l = product.Inner; l > 0; l--)
            {
                Vector256<float> bl = Vector256.LoadUnsafe(ref b), br = Vector256.LoadUnsafe(ref b, 8);
                Vector256<float> v = Vector256.Create(a);
                l0 = Vector256.FusedMultiplyAdd(v, bl, l0);
                r0 = Vector256.FusedMultiplyAdd(v, br, r0);
                a = ref Unsafe.Add(ref a, innerStride);
                b = ref Unsafe.Add(ref b, rightStride);
            }

            Store<TEpilogue>(l0, r0, ref c, ref companion);
            c = ref Unsafe.Add(ref c, stride);
            companion = ref Unsafe.Add(ref companion, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Left, Vector256<float> Right) Start(in ProductOperands product) =>
        Unsafe.IsNullRef(ref product.Start)
            ? default
            : (Vector256.LoadUnsafe(ref product.Start), Vector256.LoadUnsafe(ref product.Start, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TEpilogue>(Vector256<float> left, Vector256<float> right, ref float c, ref float companion)
        where TEpilogue : struct, IEpilogue
    {
        TEpilogue.Apply(left, Vector256.LoadUnsafe(ref companion)).StoreUnsafe(ref c);
        TEpilogue.Apply(right, Vector256.LoadUnsafe(ref companion, 8)).StoreUnsafe(ref c, 8);
    }
}
