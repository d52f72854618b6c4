using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Series;

/// <summary>A pass through an <see cref="Networks.Series.LstmLayer"/>.</summary>
/// <param name="network">The arithmetic.</param>
/// <param name="series">[B, T, F], without gradient.</param>
/// <param name="weights">Weight and bias of the inputs, recurrent weight.</param>
internal sealed class VectorLstmPass(VectorLstm network, Tensor series, Tensor[] weights) : VectorPass([series], weights)
{
    /// <inheritdoc/>
    internal override long Outputs => network.Units;

    /// <inheritdoc/>
    internal override long SavedLength => network.SavedLength(Rows);

    /// <inheritdoc/>
    internal override long RoomLength => network.RoomLength;

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved) =>
        network.Forward(TensorMemory.Floats(Inputs[0]), new LayerMemory(Weights), result, saved, Rows);

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient) =>
        network.Backward(new LayerMemory(Weights), saved, outputGradient, new LayerMemory(gradients), Rows);
}
