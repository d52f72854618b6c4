using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Benchmarks;

/// <summary>
/// A network that keeps to libtorch's operations in passes without gradients too: it records them and lets them go. Made for comparisons.
/// </summary>
internal sealed class LibtorchTwin : FreeFormNetwork
{
    private readonly FreeFormNetwork network;

    /// <summary>A twin.</summary>
    /// <param name="network">The network, without dropout; goes with this one.</param>
    public LibtorchTwin(FreeFormNetwork network)
        : base(nameof(LibtorchTwin))
    {
        this.network = network;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass)
    {
        bool wanted = is_grad_enabled();
        using IDisposable gradients = enable_grad();
        Tensor output = network.Apply(theta, condition, time, ForwardPass.Evaluation);
        return wanted ? output : output.detach();
    }
}
