using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Attention with one head between all positions of an image, for panels of 32 images, [C, P, 32], and its gradients: position i reads
/// the mean of all values in the weights softmax_j(q_i k_j / sqrt(C)).
/// </summary>
/// <remarks>
/// An image's numbers depend on no other image of its panel. All widths give the same bits, except where powers of two are below float32's
/// smallest normal number.
/// </remarks>
public static class PanelAttention
{
    /// <summary>Reads.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="asked">Queries, keys and values, [3, C, P, 32].</param>
    /// <param name="read">Receives what is read, [C, P, 32].</param>
    /// <param name="weights">Receives the softmax, of query i for key j, [P, P, 32].</param>
    /// <exception cref="ArgumentOutOfRangeException">An operand is too short.</exception>
    public static void Forward(in PanelAttentionShape shape, ReadOnlySpan<float> asked, Span<float> read, Span<float> weights)
    {
        Check(shape, asked, read, weights);
        if (MatrixProduct.IsWide)
        {
            PanelAttentionLoops<WideLanes, Vector512<float>, Vector512<uint>>.Forward(shape, asked, read, weights);
        }
        else
        {
            PanelAttentionLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Forward(shape, asked, read, weights);
        }
    }

    /// <summary>The gradients by queries, keys and values.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="asked">Queries, keys and values, [3, C, P, 32].</param>
    /// <param name="weights">The softmax, as the forward pass left it.</param>
    /// <param name="readGradient">Gradient of the loss by what was read.</param>
    /// <param name="gradient">Receives those by queries, keys and values, [3, C, P, 32].</param>
    /// <exception cref="ArgumentOutOfRangeException">An operand is too short.</exception>
    public static void Backward(
        in PanelAttentionShape shape, ReadOnlySpan<float> asked, ReadOnlySpan<float> weights, ReadOnlySpan<float> readGradient,
        Span<float> gradient)
    {
        Check(shape, asked, readGradient, weights);
        Require.Reaches(gradient, checked(3 * shape.Length));
        Span<float> slopes = Scratch.Take(shape.WeightsLength);
        if (MatrixProduct.IsWide)
        {
            PanelAttentionLoops<WideLanes, Vector512<float>, Vector512<uint>>.Backward(
                shape, asked, weights, readGradient, gradient, slopes);
        }
        else
        {
            PanelAttentionLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Backward(
                shape, asked, weights, readGradient, gradient, slopes);
        }
    }

    private static void Check(
        in PanelAttentionShape shape, ReadOnlySpan<float> asked, ReadOnlySpan<float> read, ReadOnlySpan<float> weights)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Channels, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Positions, 1, nameof(shape));
        Require.Reaches(asked, checked(3 * shape.Length));
        Require.Reaches(read, shape.Length);
        Require.Reaches(weights, shape.WeightsLength);
    }
}
