using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// An unconstrained network from a noisy parameter, a condition and a time to a vector of the parameter's size.
/// Flow matching, consistency models and score models take any of them.
/// </summary>
public abstract class FreeFormNetwork(string name) : Network(name)
{
    /// <summary>Applies the network.</summary>
    /// <param name="theta">Noisy parameters, [N, D].</param>
    /// <param name="condition">Summaries of the observations, [N, S].</param>
    /// <param name="time">Time or noise level, [N, 1].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[N, D].</returns>
    public abstract Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass);
}
