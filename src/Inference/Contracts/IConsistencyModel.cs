using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>
/// An estimator with a consistency function f(theta_t, t; x), which leads from any noise level t to the parameter in one pass. A draw
/// starts from noise, applies f, and repeats: add noise, apply f at a lower level (Eq. 7).
/// </summary>
public interface IConsistencyModel : IPosteriorEstimator
{
    /// <summary>The consistency function f(theta_t, t; x).</summary>
    /// <param name="theta">theta_t, [N, D].</param>
    /// <param name="time">t, [N, 1].</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[N, D].</returns>
    Tensor Apply(Tensor theta, Tensor time, Tensor condition, ForwardPass pass);

    /// <summary>The passes of a draw, from the largest level down; the first starts from nothing but its noise.</summary>
    /// <param name="steps">K, at least 1.</param>
    SamplingStep[] SamplingSteps(int steps);
}
