namespace Reproduce.Kernels;

/// <summary>A query of a <see cref="NarrowAttention"/> in powers of two.</summary>
internal readonly struct AttentionQuery
{
    /// <summary>The query.</summary>
    /// <param name="q">One to three numbers.</param>
    /// <param name="largestPoint">The largest norm of a point.</param>
    internal AttentionQuery(ReadOnlySpan<float> q, float largestPoint)
    {
        Q0 = q[0] * VectorMath.Log2E;
        Q1 = q.Length > 1 ? q[1] * VectorMath.Log2E : 0;
        Q2 = q.Length > 2 ? q[2] * VectorMath.Log2E : 0;
        Bound = MathF.Sqrt(Q0 * Q0 + Q1 * Q1 + Q2 * Q2) * largestPoint;
    }

    /// <summary>The first number.</summary>
    internal float Q0 { get; }

    /// <summary>The second, or 0.</summary>
    internal float Q1 { get; }

    /// <summary>The third, or 0.</summary>
    internal float Q2 { get; }

    /// <summary>No similarity is larger in magnitude (Cauchy and Schwarz).</summary>
    internal float Bound { get; }
}
