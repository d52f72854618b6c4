using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Images;

/// <summary>A group normalisation of images in panels, with an activation (<see cref="PanelNormalisation"/>).</summary>
/// <param name="shape">Sizes.</param>
/// <param name="activation">What is before or behind.</param>
/// <param name="images">[panels, C, H, W, 32].</param>
/// <param name="scale">[C].</param>
/// <param name="shift">[C].</param>
internal sealed class VectorNormalisationPass(
    GroupNormalisationShape shape, NormalisedActivation activation, Tensor images, Tensor scale, Tensor shift)
    : VectorPass([images], [scale, shift])
{
    /// <inheritdoc/>
    internal override long Outputs => shape.Length;

    /// <inheritdoc/>
    internal override long SavedLength => (long)Rows * shape.SavedLength;

    /// <inheritdoc/>
    internal override long RoomLength => SavedLength;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved)
    {
        ReadOnlySpan<float> images = TensorMemory.Floats(Inputs[0]);
        for (int p = 0; p < Rows; p++)
        {
            PanelNormalisation.Forward(
                shape, activation, images.Slice(p * shape.Length, shape.Length), TensorMemory.Floats(Weights[0]),
                TensorMemory.Floats(Weights[1]), result.Slice(p * shape.Length, shape.Length),
                saved.Slice(p * shape.SavedLength, shape.SavedLength));
        }
    }

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient)
    {
        ReadOnlySpan<float> images = TensorMemory.Floats(Inputs[0]);
        Span<float> image = NumbersOf(inputGradient[0]);
        float[] unwanted = image.IsEmpty ? new float[shape.Length] : [];
        for (int p = 0; p < Rows; p++)
        {
            PanelNormalisation.Backward(
                shape, activation, images.Slice(p * shape.Length, shape.Length), TensorMemory.Floats(Weights[0]),
                TensorMemory.Floats(Weights[1]), saved.Slice(p * shape.SavedLength, shape.SavedLength),
                outputGradient.Slice(p * shape.Length, shape.Length), TensorMemory.Floats(gradients[0]), TensorMemory.Floats(gradients[1]),
                image.IsEmpty ? unwanted : image.Slice(p * shape.Length, shape.Length));
        }
    }
}
