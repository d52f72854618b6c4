using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>Simulations to learn from: parameters and their observations, row by row.</summary>
/// <param name="Theta">[N, D].</param>
/// <param name="X">N observations.</param>
public sealed record Simulations(Tensor Theta, Observation X) : IDisposable
{
    /// <summary>Number of simulations, N.</summary>
    public long Count => Theta.shape[0];

    /// <summary>The first simulations (views of the same storage).</summary>
    /// <param name="count">How many.</param>
    public Simulations Take(long count) => new(Theta.narrow(0, 0, count), X.Narrow(0, count));

    /// <summary>A copy on another device.</summary>
    /// <param name="device">The device.</param>
    public Simulations To(Device device) => new(Theta.to(device).alias(), X.To(device));

    /// <inheritdoc/>
    public void Dispose()
    {
        Theta.Dispose();
        X.Dispose();
    }
}
