using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Attention to points of at most three numbers, and its gradients: similarities, softmax, dropout and sums of one query at a time, so
/// that nothing of the size queries times points is stored.
/// </summary>
/// <remarks>
/// A query is a vector q of F + 1 numbers, its similarity to a point s is q (s, 1), and it reads the mean of (s, 1) in the weights of the
/// softmax, behind dropout. The last number of q shifts all similarities alike, which softmax does not see: it is not read, and its
/// gradient is 0.
/// </remarks>
public static class NarrowAttention
{
    /// <summary>Most numbers of a point.</summary>
    public const int MostFeatures = 3;

    private const int Lanes = 16;

    // Planes of a data set: three numbers, a start of the sums that is 0 for points and far below for what fills up the last vector.
    private const int StartPlane = 3, ShiftedPlane = 4, GradientPlane = 5, Planes = 8;
    private const float NoPoint = -1e30f;

    // Similarities (in powers of two) between the negative of this and this need no shift before they are exponents.
    private const float LargestUnshifted = 60;

    /// <summary>Reads.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="queries">[B, R, F + 1].</param>
    /// <param name="points">[B, M, F].</param>
    /// <param name="dropout">On the weights; its row r is query r of all data sets, its columns are the points.</param>
    /// <param name="read">Receives [B, R, F + 1].</param>
    /// <param name="scales">Receives one over the softmax's sum for every query, [B, R].</param>
    /// <exception cref="ArgumentOutOfRangeException">More than three numbers, or an operand that is too short.</exception>
    public static void Forward(
        in AttentionShape shape, ReadOnlySpan<float> queries, ReadOnlySpan<float> points, in RowDropout dropout, Span<float> read,
        Span<float> scales)
    {
        Check(shape, queries, points, read, scales);
        if (MatrixProduct.IsWide)
        {
            Forward<WideLanes, Vector512<float>, Vector512<uint>>(shape, queries, points, dropout, read, scales);
        }
        else
        {
            Forward<NarrowLanes, Vector256<float>, Vector256<uint>>(shape, queries, points, dropout, read, scales);
        }
    }

    /// <summary>The gradients by queries and points.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="queries">[B, R, F + 1].</param>
    /// <param name="points">[B, M, F].</param>
    /// <param name="dropout">That of the forward pass.</param>
    /// <param name="read">What the forward pass read, [B, R, F + 1].</param>
    /// <param name="scales">What it left, [B, R].</param>
    /// <param name="readGradient">Gradient of the loss by what was read, [B, R, F + 1].</param>
    /// <param name="queryGradient">Receives [B, R, F + 1].</param>
    /// <param name="pointGradient">Receives [B, M, F]; empty when it is not wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than three numbers, or an operand that is too short.</exception>
    public static void Backward(
        in AttentionShape shape, ReadOnlySpan<float> queries, ReadOnlySpan<float> points, in RowDropout dropout, ReadOnlySpan<float> read,
        ReadOnlySpan<float> scales, ReadOnlySpan<float> readGradient, Span<float> queryGradient, Span<float> pointGradient)
    {
        Check(shape, queries, points, read, scales);
        Check(shape, readGradient, pointGradient.IsEmpty ? points : pointGradient, queryGradient, scales);
        if (MatrixProduct.IsWide)
        {
            Backward<WideLanes, Vector512<float>, Vector512<uint>>(
                shape, queries, points, dropout, read, scales, readGradient, queryGradient, pointGradient);
        }
        else
        {
            Backward<NarrowLanes, Vector256<float>, Vector256<uint>>(
                shape, queries, points, dropout, read, scales, readGradient, queryGradient, pointGradient);
        }
    }

    private static void Forward<TLanes, TVector, TWords>(
        in AttentionShape shape, ReadOnlySpan<float> queries, ReadOnlySpan<float> points, in RowDropout dropout, Span<float> read,
        Span<float> scales)
        where TLanes : struct, ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        int padded = Padded(shape.Members), width = shape.Features + 1, length = shape.Members * shape.Features;
        Span<float> planes = Scratch.Take(Planes * padded);
        for (int b = 0; b < shape.Batch; b++)
        {
            float largest = LoadPoints(points.Slice(b * length, length), shape, planes, padded);
            for (int row = b * shape.Rows; row < (b + 1) * shape.Rows; row++)
            {
                AttentionQuery query = new(queries.Slice(row * width, shape.Features), largest);
                ReadOnlySpan<float> start = Start(query, planes, padded);
                Span<float> sums = read.Slice(row * width, width);
                scales[row] = dropout.IsOn
                    ? AttentionLoops<TLanes, TVector, TWords>.ReadDropped(query, planes, start, dropout, row, sums)
                    : AttentionLoops<TLanes, TVector, TWords>.Read(query, planes, start, sums);
            }
        }
    }

    private static void Backward<TLanes, TVector, TWords>(
        in AttentionShape shape, ReadOnlySpan<float> queries, ReadOnlySpan<float> points, in RowDropout dropout, ReadOnlySpan<float> read,
        ReadOnlySpan<float> scales, ReadOnlySpan<float> readGradient, Span<float> queryGradient, Span<float> pointGradient)
        where TLanes : struct, ILanes<TVector, TWords>
        where TVector : struct
        where TWords : struct
    {
        int padded = Padded(shape.Members), width = shape.Features + 1, length = shape.Members * shape.Features;
        Span<float> planes = Scratch.Take(Planes * padded), slopes = pointGradient.IsEmpty ? [] : planes[(GradientPlane * padded)..];
        for (int b = 0; b < shape.Batch; b++)
        {
            float largest = LoadPoints(points.Slice(b * length, length), shape, planes, padded);
            slopes.Clear();
            for (int row = b * shape.Rows; row < (b + 1) * shape.Rows; row++)
            {
                AttentionQuery query = new(queries.Slice(row * width, shape.Features), largest);
                ReadOnlySpan<float> start = Start(query, planes, padded);
                AttentionSlope slope = new(readGradient.Slice(row * width, width), read.Slice(row * width, width), dropout.Kept);
                Span<float> gradient = queryGradient.Slice(row * width, width);
                if (dropout.IsOn)
                {
                    AttentionLoops<TLanes, TVector, TWords>.DifferentiateDropped(
                        query, slope, planes, slopes, start, scales[row], dropout, row, gradient);
                }
                else
                {
                    AttentionLoops<TLanes, TVector, TWords>.Differentiate(
                        query, slope, planes, slopes, start, scales[row], gradient);
                }
            }

            if (!pointGradient.IsEmpty)
            {
                StorePoints(slopes, pointGradient.Slice(b * length, length), shape.Features, padded);
            }
        }
    }

    private static int Padded(int members) => (members + Lanes - 1) / Lanes * Lanes;

    private static void Check(
        in AttentionShape shape, ReadOnlySpan<float> queries, ReadOnlySpan<float> points, ReadOnlySpan<float> read,
        ReadOnlySpan<float> scales)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Features, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Features, MostFeatures, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Members, 1, nameof(shape));
        Require.Reaches(queries, shape.QueryLength);
        Require.Reaches(points, shape.MemberLength);
        Require.Reaches(read, shape.QueryLength);
        Require.Reaches(scales, shape.Batch * shape.Rows);
    }

    // [M, F] to planes; the largest norm of a point.
    private static float LoadPoints(ReadOnlySpan<float> points, in AttentionShape shape, Span<float> planes, int padded)
    {
        planes[..(StartPlane * padded)].Clear();
        planes.Slice(StartPlane * padded, padded).Fill(NoPoint);
        planes.Slice(StartPlane * padded, shape.Members).Clear();
        float largest = 0;
        for (int m = 0; m < shape.Members; m++)
        {
            float square = 0;
            for (int f = 0; f < shape.Features; f++)
            {
                float number = points[m * shape.Features + f];
                planes[f * padded + m] = number;
                square += number * number;
            }

            largest = Math.Max(largest, square);
        }

        return MathF.Sqrt(largest);
    }

    private static void StorePoints(ReadOnlySpan<float> planes, Span<float> points, int features, int padded)
    {
        for (int m = 0; m < points.Length / features; m++)
        {
            for (int f = 0; f < features; f++)
            {
                points[m * features + f] = planes[f * padded + m];
            }
        }
    }

    // What the similarities' sums begin with. Large ones are shifted by the largest, so that no exponential overflows.
    private static ReadOnlySpan<float> Start(in AttentionQuery query, Span<float> planes, int padded)
    {
        ReadOnlySpan<float> plain = planes.Slice(StartPlane * padded, padded);
        if (query.Bound <= LargestUnshifted)
        {
            return plain;
        }

        Span<float> shifted = planes.Slice(ShiftedPlane * padded, padded);
        float largest = float.NegativeInfinity;
        for (int m = 0; m < padded; m++)
        {
            shifted[m] = query.Q0 * planes[m] + query.Q1 * planes[padded + m] + query.Q2 * planes[2 * padded + m] + plain[m];
            largest = Math.Max(largest, shifted[m]);
        }

        for (int m = 0; m < padded; m++)
        {
            shifted[m] = plain[m] - largest;
        }

        return shifted;
    }
}
