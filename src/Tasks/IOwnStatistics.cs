using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>Statistics of simulations that a user's program computes, for a posterior predictive check.</summary>
public interface IOwnStatistics
{
    /// <summary>Whether there are any. A program of the user's is asked.</summary>
    bool AreKnown();

    /// <summary>Computes them.</summary>
    /// <param name="x">B simulations or observations.</param>
    /// <returns>float64 arrays by name, each [B, ...]; they belong to the caller's scope, as new tensors do.</returns>
    IReadOnlyDictionary<string, Tensor> Compute(Observation x);
}
