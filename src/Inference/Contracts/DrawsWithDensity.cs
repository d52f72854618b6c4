using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>The parameters of draws together with their log-densities.</summary>
/// <param name="Theta">[N, D].</param>
/// <param name="LogProb">log q(theta | x), [N].</param>
public sealed record DrawsWithDensity(Tensor Theta, Tensor LogProb) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Theta.Dispose();
        LogProb.Dispose();
    }
}
