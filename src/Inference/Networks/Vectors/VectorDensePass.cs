using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>A pass through dense layers (<see cref="VectorDense"/>).</summary>
/// <param name="network">The arithmetic.</param>
/// <param name="input">[N, C].</param>
/// <param name="weights">Weight and bias of every layer in turn.</param>
internal sealed class VectorDensePass(VectorDense network, Tensor input, Tensor[] weights) : VectorPass([input], weights)
{
    /// <inheritdoc/>
    internal override long Outputs => network.Outputs;

    /// <inheritdoc/>
    internal override long SavedLength => network.SavedLength(Rows);

    /// <inheritdoc/>
    internal override long RoomLength => network.PanelLength;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved) =>
        network.Forward(TensorMemory.Floats(Inputs[0]), new LayerMemory(Weights), result, saved, Rows);

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient) =>
        network.Backward(
            TensorMemory.Floats(Inputs[0]), new LayerMemory(Weights), saved, outputGradient, new LayerMemory(gradients),
            NumbersOf(inputGradient[0]), Rows);
}
