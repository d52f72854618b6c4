using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// The two-step stochastic step of Jolicoeur-Martineau et al. ("Gotta Go Fast When Generating Data with Score-Based Models" 2021,
/// Algorithm 1) for the reverse SDE of a diffusion model, d theta = 2 v(theta, t; x) dt + dW, where t is the noise level and v = -t score
/// the velocity of the probability-flow ODE: Euler and Maruyama's step, and its mean with one whose slope is that at its end. The error is
/// the difference of the two.
/// </summary>
/// <remarks>
/// From t to s the noise has the variance t^2 - s^2, which is drawn as such; the paper has 2 t (t - s) and 2 s (t - s) in the two steps.
/// A rejected step has seen noise that the narrower one after it must agree with, or large noise would be rejected more often than small:
/// its noise is that of a Brownian bridge over what the last attempt saw.
/// </remarks>
internal sealed class StochasticHeun(IVelocityField field, INoise noise) : IAdaptiveMethod
{
    // What is known of each row's noise from where it stands: its sum over the next stretch [N, D], and the stretch's variance [N, 1].
    private Tensor? _seen;
    private Tensor? _ahead;

    // What of it is left behind the last attempt's steps.
    private Tensor? _seenBehind;
    private Tensor? _aheadBehind;

    /// <inheritdoc/>
    public int FirstPasses => 0;

    /// <inheritdoc/>
    public int Passes => 2;

    /// <inheritdoc/>
    /// <remarks>The paper's r.</remarks>
    public double Power => 0.9;

    /// <inheritdoc/>
    public void Begin(Tensor theta, Tensor time, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(theta);
        _seen = theta.new_zeros(theta.shape).DetachFromDisposeScope();
        _ahead = theta.new_zeros([theta.shape[0], 1]).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public (Tensor Next, Tensor Error) Attempt(Tensor theta, Tensor time, Tensor width, Tensor condition, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(time);
        Tensor added = Noise(-width * time.mul(Scalars.Two).add(width, Scalars.One), rows);
        Tensor slope = field.Velocity(theta, time, condition).mul(Scalars.Two);
        Tensor single = theta.add(width * slope, Scalars.One).add(added, Scalars.One);
        Tensor atEnd = field.Velocity(single, time.add(width, Scalars.One), condition);
        Tensor error = width * (atEnd - slope.div(Scalars.Two));
        return (single.add(error, Scalars.One), error);
    }

    /// <inheritdoc/>
    public void Accept(Tensor rows, Tensor places)
    {
        _seen!.index_copy_(0, rows, _seenBehind!.index_select(0, places));
        _ahead!.index_copy_(0, rows, _aheadBehind!.index_select(0, places));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _seen?.Dispose();
        _ahead?.Dispose();
    }

    // The noise of a step with this variance, [M, D]: in the stretch that is known a bridge, beyond it new.
    private Tensor Noise(Tensor variance, Tensor rows)
    {
        Tensor seen = _seen!.index_select(0, rows), ahead = _ahead!.index_select(0, rows);
        Tensor inside = variance.lt(ahead);
        Tensor share = where(inside, variance / ahead, ones_like(variance));
        Tensor fresh = where(inside, variance * share.neg().add(Scalars.One, Scalars.One), variance - ahead);
        using Tensor normal = noise.Next();
        Tensor added = (share * seen).add(fresh.sqrt() * normal.index_select(0, rows), Scalars.One);

        // Until it is taken, a step counts as rejected, and is what the next one must agree with.
        _seenBehind = where(inside, seen - added, zeros_like(seen));
        _aheadBehind = where(inside, ahead - variance, zeros_like(ahead));
        _seen.index_copy_(0, rows, added);
        _ahead!.index_copy_(0, rows, variance);
        return added;
    }
}
