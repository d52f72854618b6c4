using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>
/// An invertible map of parameters, given a condition. Direction: <see cref="Forward"/> goes from parameters to latents.
/// </summary>
public interface IConditionalTransform
{
    /// <summary>Maps towards the latents.</summary>
    /// <param name="u">[N, D].</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>The image [N, D] and log |det d image / d u|, [N].</returns>
    (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass);

    /// <summary>Undoes <see cref="Forward"/> (without dropout).</summary>
    /// <param name="v">[N, D].</param>
    /// <param name="condition">[N, S].</param>
    /// <returns>[N, D].</returns>
    Tensor Inverse(Tensor v, Tensor condition);
}
