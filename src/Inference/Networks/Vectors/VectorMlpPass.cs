using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>A pass through a <see cref="ResidualMlp"/>.</summary>
/// <param name="network">The arithmetic.</param>
/// <param name="outputs">D.</param>
/// <param name="input">[N, C].</param>
/// <param name="weights">Weight and bias of every layer in turn.</param>
/// <param name="masks">Dropout masks.</param>
internal sealed class VectorMlpPass(VectorResidualMlp network, int outputs, Tensor input, Tensor[] weights, BatchMask[] masks)
    : VectorPass([input], weights)
{
    /// <inheritdoc/>
    internal override long Outputs => outputs;

    /// <inheritdoc/>
    internal override long SavedLength => network.SavedLength(Rows);

    /// <inheritdoc/>
    internal override long RoomLength => 0;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved) =>
        network.Forward(TensorMemory.Floats(Inputs[0]), new LayerMemory(Weights), masks, result, saved, Rows);

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient) =>
        network.Backward(
            TensorMemory.Floats(Inputs[0]), new LayerMemory(Weights), masks, saved, outputGradient, new LayerMemory(gradients),
            NumbersOf(inputGradient[0]), Rows);
}
