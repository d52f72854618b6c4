using static TorchSharp.torch;

namespace Reproduce.Inference.Densities;

/// <summary>A log-density, exact up to the integrator or estimated with random probes.</summary>
/// <param name="LogProb">log q(theta | x), [N].</param>
/// <param name="StandardError">Its standard error from the probes, [N]; null when there are fewer than two probes or none.</param>
public sealed record DensityEstimate(Tensor LogProb, Tensor? StandardError) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        LogProb.Dispose();
        StandardError?.Dispose();
    }
}
