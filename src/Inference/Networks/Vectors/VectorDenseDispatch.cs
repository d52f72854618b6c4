using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>
/// Chooses between libtorch's operations and vector code for dense layers with a ReLU behind each but the last: vector code takes widths
/// that are multiples of 32.
/// </summary>
/// <param name="inputs">C.</param>
/// <param name="layers">All layers in order.</param>
/// <param name="units">Width of all but the last.</param>
internal sealed class VectorDenseDispatch(int inputs, Dense[] layers, int units)
{
    private readonly VectorDense _network = new(inputs, units, layers.Length - 1, (int)layers[^1].Weight.shape[0]);

    /// <summary>Whether <see cref="Apply"/> can be used; another width is left to libtorch, which refuses it.</summary>
    /// <param name="x">[..., C].</param>
    /// <param name="pass">The pass.</param>
    internal bool Accepts(Tensor x, ForwardPass pass) =>
        units % Panels.Width == 0 && x.numel() > 0 && x.shape[^1] == inputs && VectorPass.Accepts(x, layers[0].Weight, pass);

    /// <summary>Applies the layers.</summary>
    /// <param name="x">[..., C].</param>
    /// <returns>[..., D].</returns>
    internal Tensor Apply(Tensor x) =>
        new VectorDensePass(_network, x.contiguous().view(-1, inputs), [.. layers.SelectMany(l => l.Tensors)]).Apply()
            .view([.. x.shape[..^1], _network.Outputs]);
}
