using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose unnormalised posterior density, prior times likelihood, can be evaluated.</summary>
public interface IJointDensity
{
    /// <summary>log p(theta) + log p(x | theta).</summary>
    /// <param name="theta">[J, S, D].</param>
    /// <param name="x">J data sets.</param>
    /// <returns>
    /// float64, [J, S]; negative infinity outside the prior's support, NaN where a program of the user's could not evaluate it.
    /// </returns>
    Tensor LogJoint(Tensor theta, Observation x);

    /// <summary>
    /// Why it cannot be evaluated after all, in a sentence without a capital and a stop; null when it can. A program of the user's is
    /// asked.
    /// </summary>
    string? FindMissing() => null;
}
