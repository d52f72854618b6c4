using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Series;

/// <summary>Attention to points of few numbers (<see cref="NarrowAttention"/>), which has no weights of its own.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="queries">[B, R, F + 1].</param>
/// <param name="points">[B, M, F].</param>
/// <param name="dropout">On the weights of the points.</param>
internal sealed class VectorAttentionPass(AttentionShape shape, Tensor queries, Tensor points, RowDropout dropout)
    : VectorPass([queries, points], [])
{
    /// <inheritdoc/>
    internal override long Outputs => (long)shape.Rows * (shape.Features + 1);

    // What was read, and a scale for every query.
    /// <inheritdoc/>
    internal override long SavedLength => shape.QueryLength + (long)shape.Batch * shape.Rows;

    /// <inheritdoc/>
    internal override long RoomLength => (long)shape.Batch * shape.Rows;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved)
    {
        Span<float> scales = saved[..(shape.Batch * shape.Rows)];
        NarrowAttention.Forward(shape, TensorMemory.Floats(Inputs[0]), TensorMemory.Floats(Inputs[1]), dropout, result, scales);
        if (saved.Length > scales.Length)
        {
            result.CopyTo(saved[scales.Length..]);
        }
    }

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient)
    {
        int queries = shape.Batch * shape.Rows;
        NarrowAttention.Backward(
            shape, TensorMemory.Floats(Inputs[0]), TensorMemory.Floats(Inputs[1]), dropout, saved[queries..], saved[..queries],
            outputGradient, NumbersOf(inputGradient[0]), NumbersOf(inputGradient[1]));
    }
}
