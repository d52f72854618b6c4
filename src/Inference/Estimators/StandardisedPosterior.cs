using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// An estimator that learns and draws in units of one size: <see cref="Standardisation"/> stands before it, and is undone in draws and
/// densities. From outside it is an estimator in the task's units.
/// </summary>
public class StandardisedPosterior : Network, IPosteriorEstimator, IDensityOfDraws
{
    private protected readonly Standardisation _scaling;

    private protected StandardisedPosterior(IPosteriorEstimator estimator, Standardisation scaling)
        : base(nameof(StandardisedPosterior))
    {
        Estimator = estimator;
        _scaling = scaling;
        // By hand: what registers fields would take the estimator and its network for two.
        register_module("estimator", estimator.Network);
        register_module("scaling", scaling);
    }

    /// <inheritdoc/>
    public long Dimension => Estimator.Dimension;

    /// <inheritdoc/>
    public Network Network => this;

    /// <inheritdoc/>
    public bool HasSteadyLoss => Estimator.HasSteadyLoss;

    /// <summary>The estimator of standardised parameters.</summary>
    private protected IPosteriorEstimator Estimator { get; }

    /// <summary>Puts a standardisation before an estimator, which it then owns.</summary>
    /// <param name="estimator">
    /// With fresh weights. What it was told of the parameters, such as their variance, must be that of standardised ones:
    /// <see cref="Standardisation.Apply(Tensor)"/> gives them.
    /// </param>
    /// <param name="scaling">Learnt from the training set; owned by the result.</param>
    /// <returns>An estimator with the densities that <paramref name="estimator"/> has.</returns>
    /// <exception cref="ArgumentException">The estimator has no density of its draws.</exception>
    public static StandardisedPosterior Around(IPosteriorEstimator estimator, Standardisation scaling)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(scaling);
        return estimator switch
        {
            ITractableDensity and IDensityOfDraws => new StandardisedDensity(estimator, scaling),
            IDensityOfDraws => new StandardisedPosterior(estimator, scaling),
            _ => throw new ArgumentException("estimator: expected one with the density of its draws.", nameof(estimator)),
        };
    }

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step)
    {
        Require.Batch(theta, x, Dimension);
        return Estimator.Loss(_scaling.Apply(theta), _scaling.Apply(x), step);
    }

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => Estimator.Summarise(_scaling.Apply(x));

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default) =>
        _scaling.Undo(Estimator.Draw(condition, noise, steps, cancel));

    /// <inheritdoc/>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        DrawsWithDensity draws = ((IDensityOfDraws)Estimator).DrawWithDensity(condition, noise);
        Tensor theta = _scaling.Undo(draws.Theta);
        return new DrawsWithDensity(
            theta.MoveToOuterDisposeScope(), _scaling.InUnits(draws.LogProb, theta).MoveToOuterDisposeScope());
    }
}
