using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>An estimator that can say how dense it made its own draws: all that importance sampling needs.</summary>
/// <remarks>The draws follow exactly the density that comes with them, which need not be the distribution of K-step draws.</remarks>
public interface IDensityOfDraws
{
    /// <summary>One draw per row, with log q(theta | x) of the distribution that it was drawn from.</summary>
    /// <param name="condition">A row of summaries for each draw, [N, S].</param>
    /// <param name="noise">The latent noise.</param>
    DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise);
}
