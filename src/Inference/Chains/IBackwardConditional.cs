using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Inference.Chains;

/// <summary>
/// A conditional density r(u_{k-1} | u_k, x) that goes backwards along the noisy latents u_1, ..., u_K of K-step consistency draws.
/// </summary>
public interface IBackwardConditional
{
    /// <summary>log r(earlier | later, x), without a graph.</summary>
    /// <param name="earlier">u_{k-1}, [N, D].</param>
    /// <param name="later">u_k, [N, D].</param>
    /// <param name="condition">A row of summaries for each, [N, S].</param>
    /// <param name="step">k, from 2 to K.</param>
    /// <returns>[N].</returns>
    Tensor LogProb(Tensor earlier, Tensor later, Tensor condition, int step);

    /// <summary>One u_{k-1} per row.</summary>
    /// <param name="later">u_k, [N, D].</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="step">k, from 2 to K.</param>
    /// <param name="noise">Where the numbers come from, one call.</param>
    /// <returns>[N, D].</returns>
    Tensor Sample(Tensor later, Tensor condition, int step, INoise noise);
}
