using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Runner.DeviceCheck;

/// <summary>
/// An estimator that trains in libtorch's operations on a CPU too, as it does on other devices, in the place of vector code: what the CPU
/// is then compared with.
/// </summary>
/// <param name="estimator">The estimator; not owned.</param>
internal sealed class LibtorchOnly(IPosteriorEstimator estimator) : IPosteriorEstimator
{
    /// <inheritdoc/>
    public long Dimension => estimator.Dimension;

    /// <inheritdoc/>
    public Network Network => estimator.Network;

    /// <inheritdoc/>
    public Tensor Loss(Tensor theta, Observation x, TrainingStep step) =>
        estimator.Loss(theta, x, step with { NeedsSecondDerivatives = true });

    /// <inheritdoc/>
    public Tensor Summarise(Observation x) => estimator.Summarise(x);

    /// <inheritdoc/>
    public Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default) =>
        estimator.Draw(condition, noise, steps, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
