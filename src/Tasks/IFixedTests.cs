using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task that is tested on given observations, instead of on simulations from the prior.</summary>
public interface IFixedTests
{
    /// <summary>The first test data sets, always the same ones.</summary>
    /// <param name="count">Number of data sets, J.</param>
    /// <returns>float32, [J, D], and J observations, on the CPU; they belong to the caller's scope, as new tensors do.</returns>
    /// <exception cref="InvalidDataException">The data cannot be used.</exception>
    (Tensor Theta, Observation X) First(int count);
}
