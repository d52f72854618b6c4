using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>The memory of the weights (or of their gradients) of a network's dense layers.</summary>
/// <remarks>The tensors are contiguous float32 on the CPU and outlive this value.</remarks>
/// <param name="tensors">Weight and bias of every layer in turn.</param>
internal readonly ref struct LayerMemory(ReadOnlySpan<Tensor> tensors)
{
    private readonly ReadOnlySpan<Tensor> _tensors = tensors;

    /// <summary>The weights of a layer, [outputs, inputs].</summary>
    /// <param name="layer">From 0.</param>
    internal Span<float> Weight(int layer) => TensorMemory.Floats(_tensors[2 * layer]);

    /// <summary>The bias of a layer, [outputs].</summary>
    /// <param name="layer">From 0.</param>
    internal Span<float> Bias(int layer) => TensorMemory.Floats(_tensors[2 * layer + 1]);
}
