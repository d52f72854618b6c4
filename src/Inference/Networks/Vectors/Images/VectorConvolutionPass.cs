using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Images;

/// <summary>A convolution of images in panels (<see cref="PanelConvolution"/>).</summary>
/// <param name="shape">Sizes.</param>
/// <param name="images">[panels, Inputs, Height, Width, 32].</param>
/// <param name="kernel">Components of the kernel, [Components, Outputs, Inputs].</param>
/// <param name="bias">Of every image, [panels, Outputs, 32].</param>
internal sealed class VectorConvolutionPass(ConvolutionShape shape, Tensor images, Tensor kernel, Tensor bias)
    : VectorPass([images, kernel, bias], [])
{
    /// <inheritdoc/>
    internal override long Outputs => shape.OutputLength;

    /// <inheritdoc/>
    internal override long SavedLength => 0;

    /// <inheritdoc/>
    internal override long RoomLength => 0;

    private int BiasLength => shape.Outputs * Panels.Width;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved)
    {
        ReadOnlySpan<float> images = TensorMemory.Floats(Inputs[0]), kernel = TensorMemory.Floats(Inputs[1]);
        ReadOnlySpan<float> bias = TensorMemory.Floats(Inputs[2]);
        for (int p = 0; p < Rows; p++)
        {
            PanelConvolution.Forward(
                shape, images.Slice(p * shape.InputLength, shape.InputLength), kernel, bias.Slice(p * BiasLength, BiasLength),
                result.Slice(p * shape.OutputLength, shape.OutputLength));
        }
    }

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient)
    {
        ReadOnlySpan<float> images = TensorMemory.Floats(Inputs[0]), kernel = TensorMemory.Floats(Inputs[1]);
        Span<float> image = NumbersOf(inputGradient[0]), kernels = NumbersOf(inputGradient[1]), bias = NumbersOf(inputGradient[2]);
        kernels.Clear();
        for (int p = 0; p < Rows; p++)
        {
            PanelConvolution.Backward(
                shape, images.Slice(p * shape.InputLength, shape.InputLength), kernel,
                outputGradient.Slice(p * shape.OutputLength, shape.OutputLength), kernels,
                bias.IsEmpty ? [] : bias.Slice(p * BiasLength, BiasLength),
                image.IsEmpty ? [] : image.Slice(p * shape.InputLength, shape.InputLength));
        }
    }
}
