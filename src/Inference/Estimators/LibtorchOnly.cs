using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// An estimator that keeps to libtorch's operations on a CPU too, as it does on other devices: what vector code is compared with. Its
/// training asks for a loss with second derivatives, its draws have gradients switched on (freeze the weights, so that none are
/// recorded). Passes without gradients, as a consistency model's teacher, still take vector code.
/// </summary>
/// <param name="estimator">The estimator; goes with this one when it is disposed of.</param>
public sealed class LibtorchOnly(IPosteriorEstimator estimator) : IPosteriorEstimator
{
    /// <inheritdoc/>
    public long Dimension => estimator.Dimension;

    /// <inheritdoc/>
    public Network Network => estimator.Network;

    /// <inheritdoc/>
    public bool HasSteadyLoss => estimator.HasSteadyLoss;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step) =>
        estimator.Loss(theta, x, step with { NeedsSecondDerivatives = true });

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => estimator.Summarise(x);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default)
    {
        using IDisposable gradients = enable_grad();
        return estimator.Draw(condition, noise, steps, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => estimator.Dispose();
}
