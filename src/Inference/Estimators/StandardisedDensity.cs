using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>A standardised estimator whose density can be evaluated at any parameter.</summary>
public sealed class StandardisedDensity : StandardisedPosterior, ITractableDensity
{
    internal StandardisedDensity(IPosteriorEstimator estimator, Standardisation scaling)
        : base(estimator, scaling)
    {
    }

    /// <inheritdoc/>
    public Tensor LogProb(Tensor theta, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(theta);
        return _scaling.InUnits(((ITractableDensity)Estimator).LogProb(_scaling.Apply(theta), condition), theta);
    }
}
