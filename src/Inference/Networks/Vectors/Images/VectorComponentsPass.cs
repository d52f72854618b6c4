using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Images;

/// <summary>The components of kernels of 3 x 3 (<see cref="ConvolutionComponents"/>), [Components, N].</summary>
/// <param name="kernels">[N, 9].</param>
internal sealed class VectorComponentsPass(Tensor kernels) : VectorPass([kernels], [])
{
    /// <inheritdoc/>
    internal override long Outputs => PanelConvolution.Components(3);

    /// <inheritdoc/>
    internal override long SavedLength => 0;

    /// <inheritdoc/>
    internal override long RoomLength => 0;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved) =>
        ConvolutionComponents.Forward(TensorMemory.Floats(Inputs[0]), result);

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient)
    {
        if (inputGradient[0] is { } gradient)
        {
            ConvolutionComponents.Backward(outputGradient, TensorMemory.Floats(gradient));
        }
    }
}
