using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>The memory of the weights (or of their gradients) of an MLP's layers.</summary>
/// <remarks>The tensors are contiguous float32 on the CPU and outlive this value.</remarks>
/// <param name="tensors">Weight and bias of every layer in turn.</param>
internal readonly ref struct MlpMemory(ReadOnlySpan<Tensor> tensors)
{
    private readonly ReadOnlySpan<Tensor> _tensors = tensors;

    /// <summary>The weights of a layer, [outputs, inputs].</summary>
    /// <param name="layer">From 0.</param>
    internal Span<float> Weight(int layer) => Numbers(_tensors[2 * layer]);

    /// <summary>The bias of a layer, [outputs].</summary>
    /// <param name="layer">From 0.</param>
    internal Span<float> Bias(int layer) => Numbers(_tensors[2 * layer + 1]);

    /// <summary>The memory of a contiguous float32 tensor on the CPU.</summary>
    /// <param name="tensor">The tensor; it must outlive the span.</param>
    internal static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}

/// <summary>The memory of a dropout mask.</summary>
/// <param name="Tensor">float32, [H, N].</param>
internal readonly record struct MaskMemory(Tensor Tensor)
{
    /// <summary>The numbers.</summary>
    internal Span<float> Span => MlpMemory.Numbers(Tensor);
}
