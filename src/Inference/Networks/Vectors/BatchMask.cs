using Reproduce.Compute;
using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>A dropout mask of a batch.</summary>
/// <param name="Tensor">float32, [H, N].</param>
internal readonly record struct BatchMask(Tensor Tensor)
{
    /// <summary>The part of a panel.</summary>
    /// <param name="window">The panel's rows.</param>
    internal PanelDropout Of(PanelWindow window) => new(TensorMemory.Floats(Tensor), window.Rows, window.First, window.Count);
}
