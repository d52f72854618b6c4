using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose posterior density is known completely: log p(theta | x) = LogJoint - LogEvidence.</summary>
public interface IEvidence : IJointDensity
{
    /// <summary>log p(x), the logarithm of the joint density's integral over theta.</summary>
    /// <param name="x">J data sets.</param>
    /// <returns>float64, [J].</returns>
    Tensor LogEvidence(Observation x);
}
