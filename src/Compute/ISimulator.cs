using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>A stochastic simulator p(x | theta).</summary>
/// <remarks>
/// A training that observes every batch anew calls it in each step: it must then return observations on the device of theta and draw
/// from nothing but the given source.
/// </remarks>
public interface ISimulator
{
    /// <summary>Runs the simulator once per row.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>Observations with a batch axis of B; on the CPU when theta is there.</returns>
    Observation Simulate(Tensor theta, RandomSource random);
}
