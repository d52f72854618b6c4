using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>
/// Chooses between libtorch's operations and vector code for a <see cref="DeepSet"/>: vector code takes widths that are multiples of 32 and
/// observations without gradient.
/// </summary>
/// <param name="features">F.</param>
/// <param name="settings">Widths.</param>
/// <param name="layers">All layers in order.</param>
internal sealed class VectorSetDispatch(int features, DeepSetSettings settings, Dense[] layers)
{
    private VectorDeepSet? _network;
    private long _members;

    /// <summary>Whether <see cref="Apply"/> can be used.</summary>
    /// <param name="x">[B, N, F].</param>
    /// <param name="pass">The pass.</param>
    internal bool Accepts(Tensor x, ForwardPass pass) =>
        settings.Units % Panels.Width == 0 && x.dim() == 3 && x.shape[1] > 0 && x.shape[2] == features && !x.requires_grad
        && VectorPass.Accepts(x, layers[0].Weight, pass);

    /// <summary>Applies the network.</summary>
    /// <param name="x">[B, N, F].</param>
    /// <returns>[B, S].</returns>
    internal Tensor Apply(Tensor x)
    {
        if (_network is null || _members != x.shape[1])
        {
            _members = x.shape[1];
            _network = new VectorDeepSet((int)_members, features, settings);
        }

        return new VectorSetPass(_network, x.contiguous(), [.. layers.SelectMany(l => l.Tensors)]).Apply();
    }
}
