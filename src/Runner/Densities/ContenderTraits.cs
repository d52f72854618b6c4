using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Densities;

/// <summary>A row of the paper's Table 1, measured on an estimator instead of known about it.</summary>
/// <param name="Method">How it comes by a density, from the interfaces that it has.</param>
/// <param name="Unconstrained">Whether its network is free-form, and nothing in it has to be invertible.</param>
/// <param name="PassesPerDraw">Network passes of a draw, counted.</param>
/// <param name="PassesPerWeightedDraw">Network passes of a draw with its density, counted; backward passes come on top. 0 without a
/// density.</param>
/// <param name="Disagreement">
/// Median over draws of |log q that came with a draw - log q evaluated afterwards at the same parameter|; null where the latter is not
/// possible, or is the same computation once more (an invertible network's).
/// </param>
public sealed record ContenderTraits(
    DensityMethod Method, bool Unconstrained, long PassesPerDraw, long PassesPerWeightedDraw, double? Disagreement)
{
    private const int Draws = 100;

    /// <summary>Asks and measures.</summary>
    /// <param name="estimator">A trained estimator.</param>
    /// <param name="x">One observation on its device.</param>
    /// <param name="steps">Sampling steps of a draw.</param>
    /// <param name="key">Random numbers of the draws.</param>
    public static ContenderTraits Measure(IPosteriorEstimator estimator, Observation x, int steps, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor condition = estimator.Summarise(x).narrow(0, 0, 1).expand(Draws, -1);
        long draw = Passes(() => estimator.Draw(condition, Noise(), steps));
        (long weighted, double? disagreement) = estimator is IDensityOfDraws density ? Weighted(density) : (0, null);
        Network[] networks = [.. Within(estimator.Network)];
        return new ContenderTraits(
            MethodOf(estimator),
            networks.Any(n => n is FreeFormNetwork) && !networks.Any(n => n is Inference.Flows.IConditionalTransform),
            draw,
            weighted,
            disagreement);

        (long, double?) Weighted(IDensityOfDraws source)
        {
            DrawsWithDensity drawn = null!;
            long passes = Passes(() => drawn = source.DrawWithDensity(condition, Noise()));
            return (passes, MethodOf(estimator) == DensityMethod.IntegratedDivergence && estimator is ITractableDensity tractable
                ? (tractable.LogProb(drawn.Theta, condition) - drawn.LogProb).abs().median().to(ScalarType.Float64).item<double>()
                : null);
        }

        long Passes(Action run)
        {
            long before = estimator.Network.Passes;
            run();
            return estimator.Network.Passes - before;
        }

        BlockNoise Noise() => new([key], [Draws], estimator.Dimension, condition.device);
    }

    private static DensityMethod MethodOf(IPosteriorEstimator estimator) => estimator switch
    {
        IVelocityField and ITractableDensity => DensityMethod.IntegratedDivergence,
        ITractableDensity => DensityMethod.InvertibleNetwork,
        IDensityOfDraws => DensityMethod.JacobianAtDraws,
        _ => DensityMethod.None,
    };

    private static IEnumerable<Network> Within(nn.Module module) =>
        module.children().SelectMany(c => c is Network n ? Within(c).Prepend(n) : Within(c));
}
