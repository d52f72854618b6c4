using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>Tensors as the memory that they stand in, for code outside of libtorch.</summary>
public static class TensorMemory
{
    /// <summary>The numbers of a tensor, not copied.</summary>
    /// <param name="tensor">Contiguous, float32, on the CPU; it must outlive the span.</param>
    public static Span<float> Floats(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return MemoryMarshal.Cast<byte, float>(tensor.bytes);
    }
}
