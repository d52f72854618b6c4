using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>An estimator whose density can be evaluated at any parameter.</summary>
public interface ITractableDensity
{
    /// <summary>log q(theta | x).</summary>
    /// <param name="theta">[N, D].</param>
    /// <param name="condition">A row of summaries for each, [N, S].</param>
    /// <returns>[N].</returns>
    Tensor LogProb(Tensor theta, Tensor condition);
}
