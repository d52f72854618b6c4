using Reproduce.Inference.Networks.Vectors;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>A pass through a <see cref="CouplingFlow"/>: [N, D + 1], latents and log-determinants.</summary>
/// <param name="flow">The arithmetic.</param>
/// <param name="data">Data and weights.</param>
internal sealed class VectorFlowPass(VectorFlow flow, FlowPass data) : VectorPass([data.U, data.Condition], data.Weights)
{
    /// <inheritdoc/>
    internal override long Outputs => flow.Dimension + 1;

    /// <inheritdoc/>
    internal override long SavedLength => flow.SavedLength(Rows);

    /// <inheritdoc/>
    internal override long RoomLength => flow.SavedLength(1);

    /// <inheritdoc/>
    internal override void Forward(Span<float> result, Span<float> saved) => flow.Forward(data, result, saved);

    /// <inheritdoc/>
    internal override void Backward(Span<float> saved, Span<float> outputGradient, Tensor[] gradients, Tensor?[] inputGradient) =>
        flow.Backward(data, saved, outputGradient, gradients, NumbersOf(inputGradient[0]), NumbersOf(inputGradient[1]));
}
