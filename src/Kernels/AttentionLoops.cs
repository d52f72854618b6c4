using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Reproduce.Kernels;

/// <summary>The loops of a <see cref="NarrowAttention"/>, one query against all points.</summary>
/// <typeparam name="TLanes">Operations.</typeparam>
/// <typeparam name="TVector">Vector of numbers.</typeparam>
/// <typeparam name="TWords">Vector of words.</typeparam>
internal static class AttentionLoops<TLanes, TVector, TWords>
    where TLanes : struct, ILanes<TVector, TWords>
    where TVector : struct
    where TWords : struct
{
    /// <summary>Reads.</summary>
    /// <param name="query">The query.</param>
    /// <param name="planes">Three planes of points.</param>
    /// <param name="start">What the similarities' sums begin with; as long as a plane, a multiple of 16.</param>
    /// <param name="sums">Receives what is read.</param>
    /// <returns>One over the softmax's sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Read(in AttentionQuery query, ReadOnlySpan<float> planes, ReadOnlySpan<float> start, Span<float> sums)
    {
        nuint padded = (nuint)start.Length;
        ref float s = ref MemoryMarshal.GetReference(planes), first = ref MemoryMarshal.GetReference(start);
        TVector q0 = TLanes.Create(query.Q0), q1 = TLanes.Create(query.Q1), q2 = TLanes.Create(query.Q2);
        TVector total = default, r0 = default, r1 = default, r2 = default;
        for (nuint m = 0; m < padded; m += TLanes.Count)
        {
            TVector s0 = TLanes.Load(ref s, m), s1 = TLanes.Load(ref s, m + padded), s2 = TLanes.Load(ref s, m + 2 * padded);
            TVector e = TLanes.Exp2(Product(q0, q1, q2, s0, s1, s2, TLanes.Load(ref first, m)));
            total = TLanes.Add(total, e);
            r0 = TLanes.MultiplyAdd(e, s0, r0);
            r1 = TLanes.MultiplyAdd(e, s1, r1);
            r2 = TLanes.MultiplyAdd(e, s2, r2);
        }

        float scale = 1 / TLanes.Sum(total);
        Store(r0, r1, r2, scale, sums);
        sums[^1] = 1;
        return scale;
    }

    /// <summary>Reads with dropout.</summary>
    /// <param name="query">The query.</param>
    /// <param name="planes">Three planes of points.</param>
    /// <param name="start">What the similarities' sums begin with; as long as a plane, a multiple of 16.</param>
    /// <param name="dropout">The mask.</param>
    /// <param name="row">The query's row in it.</param>
    /// <param name="sums">Receives what is read.</param>
    /// <returns>One over the softmax's sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float ReadDropped(
        in AttentionQuery query, ReadOnlySpan<float> planes, ReadOnlySpan<float> start, in RowDropout dropout, int row, Span<float> sums)
    {
        nuint padded = (nuint)start.Length;
        ref float s = ref MemoryMarshal.GetReference(planes), first = ref MemoryMarshal.GetReference(start);
        TVector q0 = TLanes.Create(query.Q0), q1 = TLanes.Create(query.Q1), q2 = TLanes.Create(query.Q2);
        TVector total = default, r0 = default, r1 = default, r2 = default, r3 = default;
        (uint begin, uint mixed) = dropout.Begin(row);
        TWords counter = TLanes.Sequence(begin, RowDropout.Step), ahead = TLanes.Create(unchecked((uint)TLanes.Count * RowDropout.Step));
        TWords second = TLanes.Create(mixed), threshold = TLanes.Create(dropout.Threshold);
        nuint m = 0;
        for (nuint word = 0; m < padded; word += TLanes.Count, m = Column(word))
        {
            TWords words = TLanes.Hash(counter, second);
            counter = TLanes.Add(counter, ahead);
            TVector s0 = TLanes.Load(ref s, m), s1 = TLanes.Load(ref s, m + padded), s2 = TLanes.Load(ref s, m + 2 * padded);
            TVector e = TLanes.Exp2(Product(q0, q1, q2, s0, s1, s2, TLanes.Load(ref first, m)));
            total = TLanes.Add(total, e);
            e = TLanes.Keep(e, TLanes.LowerHalves(words), threshold);
            r0 = TLanes.MultiplyAdd(e, s0, r0);
            r1 = TLanes.MultiplyAdd(e, s1, r1);
            r2 = TLanes.MultiplyAdd(e, s2, r2);
            r3 = TLanes.Add(r3, e);
            m += RowDropout.Words;
            if (m >= padded)
            {
                continue;
            }

            s0 = TLanes.Load(ref s, m);
            s1 = TLanes.Load(ref s, m + padded);
            s2 = TLanes.Load(ref s, m + 2 * padded);
            e = TLanes.Exp2(Product(q0, q1, q2, s0, s1, s2, TLanes.Load(ref first, m)));
            total = TLanes.Add(total, e);
            e = TLanes.Keep(e, words, threshold);
            r0 = TLanes.MultiplyAdd(e, s0, r0);
            r1 = TLanes.MultiplyAdd(e, s1, r1);
            r2 = TLanes.MultiplyAdd(e, s2, r2);
            r3 = TLanes.Add(r3, e);
        }

        float scale = 1 / TLanes.Sum(total), kept = scale * dropout.Kept;
        Store(r0, r1, r2, kept, sums);
        sums[^1] = TLanes.Sum(r3) * kept;
        return scale;
    }

    /// <summary>The gradients.</summary>
    /// <param name="query">The query.</param>
    /// <param name="slope">The gradient by what was read.</param>
    /// <param name="planes">Three planes of points.</param>
    /// <param name="pointGradient">Three planes, to which the gradients by the points are added; empty when they are not wanted.</param>
    /// <param name="start">What the similarities' sums begin with; as long as a plane, a multiple of 16.</param>
    /// <param name="scale">One over the softmax's sum.</param>
    /// <param name="gradient">Receives the gradient by the query.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Differentiate(
        in AttentionQuery query, in AttentionSlope slope, ReadOnlySpan<float> planes, Span<float> pointGradient, ReadOnlySpan<float> start,
        float scale, Span<float> gradient)
    {
        nuint padded = (nuint)start.Length;
        ref float s = ref MemoryMarshal.GetReference(planes), first = ref MemoryMarshal.GetReference(start);
        ref float d = ref MemoryMarshal.GetReference(pointGradient);
        bool adds = !pointGradient.IsEmpty;
        TVector q0 = TLanes.Create(query.Q0), q1 = TLanes.Create(query.Q1), q2 = TLanes.Create(query.Q2);
        TVector g0 = TLanes.Create(slope.G0), g1 = TLanes.Create(slope.G1), g2 = TLanes.Create(slope.G2);
        TVector g3 = TLanes.Create(slope.G3 - slope.Mean);
        TVector weight = TLanes.Create(scale), inverse = TLanes.Create(1 / VectorMath.Log2E);
        TVector r0 = default, r1 = default, r2 = default;
        for (nuint m = 0; m < padded; m += TLanes.Count)
        {
            TVector s0 = TLanes.Load(ref s, m), s1 = TLanes.Load(ref s, m + padded), s2 = TLanes.Load(ref s, m + 2 * padded);
            TVector e = TLanes.Exp2(Product(q0, q1, q2, s0, s1, s2, TLanes.Load(ref first, m)));
            e = TLanes.Multiply(e, weight);
            TVector t = TLanes.Multiply(e, Product(g0, g1, g2, s0, s1, s2, g3));
            r0 = TLanes.MultiplyAdd(t, s0, r0);
            r1 = TLanes.MultiplyAdd(t, s1, r1);
            r2 = TLanes.MultiplyAdd(t, s2, r2);
            t = TLanes.Multiply(t, inverse);
            if (adds)
            {
                AddPoint(ref d, m, t, q0, e, g0);
                AddPoint(ref d, m + padded, t, q1, e, g1);
                AddPoint(ref d, m + 2 * padded, t, q2, e, g2);
            }
        }

        Store(r0, r1, r2, 1, gradient);
        gradient[^1] = 0;
    }

    /// <summary>The gradients with dropout.</summary>
    /// <param name="query">The query.</param>
    /// <param name="slope">The gradient by what was read.</param>
    /// <param name="planes">Three planes of points.</param>
    /// <param name="pointGradient">Three planes, to which the gradients by the points are added; empty when they are not wanted.</param>
    /// <param name="start">What the similarities' sums begin with; as long as a plane, a multiple of 16.</param>
    /// <param name="scale">One over the softmax's sum.</param>
    /// <param name="dropout">The mask.</param>
    /// <param name="row">The query's row in it.</param>
    /// <param name="gradient">Receives the gradient by the query.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void DifferentiateDropped(
        in AttentionQuery query, in AttentionSlope slope, ReadOnlySpan<float> planes, Span<float> pointGradient, ReadOnlySpan<float> start,
        float scale, in RowDropout dropout, int row, Span<float> gradient)
    {
        nuint padded = (nuint)start.Length;
        ref float s = ref MemoryMarshal.GetReference(planes), first = ref MemoryMarshal.GetReference(start);
        ref float d = ref MemoryMarshal.GetReference(pointGradient);
        bool adds = !pointGradient.IsEmpty;
        TVector q0 = TLanes.Create(query.Q0), q1 = TLanes.Create(query.Q1), q2 = TLanes.Create(query.Q2);
        TVector g0 = TLanes.Create(slope.G0), g1 = TLanes.Create(slope.G1), g2 = TLanes.Create(slope.G2);
        TVector g3 = TLanes.Create(slope.G3), mean = TLanes.Create(slope.Mean);
        TVector weight = TLanes.Create(scale), inverse = TLanes.Create(1 / VectorMath.Log2E);
        TVector r0 = default, r1 = default, r2 = default;
        (uint begin, uint mixed) = dropout.Begin(row);
        TWords counter = TLanes.Sequence(begin, RowDropout.Step), ahead = TLanes.Create(unchecked((uint)TLanes.Count * RowDropout.Step));
        TWords second = TLanes.Create(mixed), threshold = TLanes.Create(dropout.Threshold);
        nuint m = 0;
        for (nuint word = 0; m < padded; word += TLanes.Count, m = Column(word))
        {
            TWords words = TLanes.Hash(counter, second), halves = TLanes.LowerHalves(words);
            counter = TLanes.Add(counter, ahead);
            TVector s0 = TLanes.Load(ref s, m), s1 = TLanes.Load(ref s, m + padded), s2 = TLanes.Load(ref s, m + 2 * padded);
            TVector e = TLanes.Multiply(TLanes.Exp2(Product(q0, q1, q2, s0, s1, s2, TLanes.Load(ref first, m))), weight);
            TVector own = TLanes.Keep(Product(g0, g1, g2, s0, s1, s2, g3), halves, threshold);
            TVector t = TLanes.Multiply(e, TLanes.Subtract(own, mean));
            r0 = TLanes.MultiplyAdd(t, s0, r0);
            r1 = TLanes.MultiplyAdd(t, s1, r1);
            r2 = TLanes.MultiplyAdd(t, s2, r2);
            e = TLanes.Keep(e, halves, threshold);
            t = TLanes.Multiply(t, inverse);
            if (adds)
            {
                AddPoint(ref d, m, t, q0, e, g0);
                AddPoint(ref d, m + padded, t, q1, e, g1);
                AddPoint(ref d, m + 2 * padded, t, q2, e, g2);
            }

            m += RowDropout.Words;
            if (m >= padded)
            {
                continue;
            }

            s0 = TLanes.Load(ref s, m);
            s1 = TLanes.Load(ref s, m + padded);
            s2 = TLanes.Load(ref s, m + 2 * padded);
            e = TLanes.Multiply(TLanes.Exp2(Product(q0, q1, q2, s0, s1, s2, TLanes.Load(ref first, m))), weight);
            own = TLanes.Keep(Product(g0, g1, g2, s0, s1, s2, g3), words, threshold);
            t = TLanes.Multiply(e, TLanes.Subtract(own, mean));
            r0 = TLanes.MultiplyAdd(t, s0, r0);
            r1 = TLanes.MultiplyAdd(t, s1, r1);
            r2 = TLanes.MultiplyAdd(t, s2, r2);
            e = TLanes.Keep(e, words, threshold);
            t = TLanes.Multiply(t, inverse);
            if (adds)
            {
                AddPoint(ref d, m, t, q0, e, g0);
                AddPoint(ref d, m + padded, t, q1, e, g1);
                AddPoint(ref d, m + 2 * padded, t, q2, e, g2);
            }
        }

        Store(r0, r1, r2, 1, gradient);
        gradient[^1] = 0;
    }

    // The first column that a word decides over.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Column(nuint word) => 2 * word - word % RowDropout.Words;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Product(TVector q0, TVector q1, TVector q2, TVector s0, TVector s1, TVector s2, TVector start) =>
        TLanes.MultiplyAdd(q0, s0, TLanes.MultiplyAdd(q1, s1, TLanes.MultiplyAdd(q2, s2, start)));

    // A point's gradient: through the similarity, and as what is read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPoint(ref float gradient, nuint at, TVector t, TVector q, TVector e, TVector g) =>
        TLanes.Store(TLanes.MultiplyAdd(t, q, TLanes.MultiplyAdd(e, g, TLanes.Load(ref gradient, at))), ref gradient, at);

    private static void Store(TVector r0, TVector r1, TVector r2, float scale, Span<float> sums)
    {
        sums[0] = TLanes.Sum(r0) * scale;
        if (sums.Length > 2)
        {
            sums[1] = TLanes.Sum(r1) * scale;
        }

        if (sums.Length > 3)
        {
            sums[2] = TLanes.Sum(r2) * scale;
        }
    }
}
