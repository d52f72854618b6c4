using Reproduce.Compute;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose simulations were made elsewhere: nothing is drawn and nothing is simulated.</summary>
public interface IStoredPairs
{
    /// <summary>The first rows of a split, always the same ones.</summary>
    /// <param name="split">The split.</param>
    /// <param name="count">Number of rows, B.</param>
    /// <param name="note">Told what a reader of the log should know, in one sentence.</param>
    /// <returns>float32, [B, D], and B observations, on the CPU; they belong to the caller's scope, as new tensors do.</returns>
    /// <exception cref="InvalidDataException">The file cannot be used, or has fewer rows.</exception>
    (Tensor Theta, Observation X) First(DataSplit split, long count, Action<string> note);
}
