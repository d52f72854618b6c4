using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>A pass through a <see cref="DeepSet"/>.</summary>
/// <param name="network">The arithmetic.</param>
/// <param name="x">[B, N, F].</param>
/// <param name="weights">Weight and bias of every layer in turn.</param>
internal sealed class VectorSetPass(VectorDeepSet network, Tensor x, Tensor[] weights) : VectorPass([x], weights)
{
    /// <inheritdoc/>
    internal override long Outputs => network.Outputs;

    /// <inheritdoc/>
    internal override long SavedLength => network.SavedLength(Rows);

    /// <inheritdoc/>
    internal override long RoomLength => network.SavedLength(1);

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved) =>
        network.Forward(TensorMemory.Floats(Inputs[0]), new LayerMemory(Weights), result, saved, Rows);

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient) =>
        network.Backward(new LayerMemory(Weights), saved, outputGradient, new LayerMemory(gradients), Rows);
}
