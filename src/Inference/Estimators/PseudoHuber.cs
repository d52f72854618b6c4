using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>The pseudo-Huber distance d(u, v) = sqrt(||u - v||^2 + c^2) - c (Song and Dhariwal 2023).</summary>
internal static class PseudoHuber
{
    /// <summary>c per root of a dimension: c = 0.00054 sqrt(D).</summary>
    public const double PerRootDimension = 0.00054;

    /// <summary>The distance of every row.</summary>
    /// <param name="u">[B, D].</param>
    /// <param name="v">[B, D].</param>
    /// <param name="norm">Of a row, or of each of its numbers.</param>
    /// <param name="c">Where the distance changes from a square to an absolute value.</param>
    /// <returns>[B, 1], or [B, D] of single numbers.</returns>
    public static Tensor Distance(Tensor u, Tensor v, HuberNorm norm, double c)
    {
        Tensor squares = (u - v).Squared();
        using Scalar square = (c * c).ToScalar();
        using Scalar corner = c.ToScalar();
        return (norm == HuberNorm.Vector ? squares.sum(1, keepdim: true) : squares).add(square, Scalars.One).sqrt().sub(corner);
    }
}
