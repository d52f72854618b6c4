using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>The rows of a batch out of a larger tensor.</summary>
public static class BatchRows
{
    /// <summary>A copy of some rows.</summary>
    /// <param name="tensor">[N, ...].</param>
    /// <param name="rows">int64, [B], on the tensor's device.</param>
    /// <returns>[B, ...].</returns>
    public static Tensor Select(Tensor tensor, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        // The meta device, on which a training's step is tried out, lacks index_select.
        return tensor.device.type == DeviceType.META ? tensor.index(TensorIndex.Tensor(rows)) : tensor.index_select(0, rows);
    }
}
