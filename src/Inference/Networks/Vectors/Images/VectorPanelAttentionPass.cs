using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Images;

/// <summary>Attention between the positions of images in panels (<see cref="PanelAttention"/>), which has no weights of its own.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="asked">Queries, keys and values, [panels, 3 C, H, W, 32].</param>
internal sealed class VectorPanelAttentionPass(PanelAttentionShape shape, Tensor asked) : VectorPass([asked], [])
{
    /// <inheritdoc/>
    internal override long Outputs => shape.Length;

    /// <inheritdoc/>
    internal override long SavedLength => (long)Rows * shape.WeightsLength;

    /// <inheritdoc/>
    internal override long RoomLength => shape.WeightsLength;

    private int AskedLength => 3 * shape.Length;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved)
    {
        ReadOnlySpan<float> asked = TensorMemory.Floats(Inputs[0]);
        bool keeps = saved.Length > shape.WeightsLength;
        for (int p = 0; p < Rows; p++)
        {
            PanelAttention.Forward(
                shape, asked.Slice(p * AskedLength, AskedLength), result.Slice(p * shape.Length, shape.Length),
                saved.Slice(keeps ? p * shape.WeightsLength : 0, shape.WeightsLength));
        }
    }

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient)
    {
        ReadOnlySpan<float> asked = TensorMemory.Floats(Inputs[0]);
        Span<float> gradient = NumbersOf(inputGradient[0]);
        for (int p = 0; p < Rows && !gradient.IsEmpty; p++)
        {
            PanelAttention.Backward(
                shape, asked.Slice(p * AskedLength, AskedLength), saved.Slice(p * shape.WeightsLength, shape.WeightsLength),
                outputGradient.Slice(p * shape.Length, shape.Length), gradient.Slice(p * AskedLength, AskedLength));
        }
    }
}
