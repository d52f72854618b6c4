using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose unnormalised posterior density, prior times likelihood, can be evaluated.</summary>
public interface IJointDensity
{
    /// <summary>log p(theta) + log p(x | theta).</summary>
    /// <param name="theta">[J, S, D].</param>
    /// <param name="x">J data sets.</param>
    /// <returns>float64, [J, S]; negative infinity outside the prior's support.</returns>
    Tensor LogJoint(Tensor theta, Observation x);
}
