using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Densities;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>Draws of a consistency model, however it was trained.</summary>
internal static class ConsistencyDraws
{
    /// <summary>Eq. 7: theta_1 = f(T z, T), then theta_k = f(theta_{k-1} + sigma_k z_k, t_k); exactly K passes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="condition">A row of summaries for each draw, [N, S].</param>
    /// <param name="noise">The latent noise.</param>
    /// <param name="steps">K.</param>
    /// <param name="dropout">Whether dropout stays on.</param>
    /// <param name="cancel">Stops between network passes.</param>
    public static Tensor Draw(
        IConsistencyModel model, Tensor condition, INoise noise, int steps, bool dropout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        using Tensor time = condition.new_empty([condition.shape[0], 1]);
        Tensor? theta = null;
        foreach ((double level, double added) in model.SamplingSteps(steps))
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using Scalar now = level.ToScalar();
            using Scalar spread = added.ToScalar();
            time.fill_(now);
            ForwardPass pass = dropout ? ForwardPass.WithDropout(noise.Extra) : ForwardPass.Evaluation;
            Tensor noisy = theta is null ? noise.Next().mul_(spread) : theta.add_(noise.Next(), spread);
            Tensor next = model.Apply(noisy, time, condition, pass).MoveToOuterDisposeScope();
            theta?.Dispose();
            theta = next;
        }

        return theta!;
    }

    /// <summary>One-step draws with their density (Eq. 9).</summary>
    /// <param name="model">The model.</param>
    /// <param name="condition">A row of summaries for each draw, [N, S].</param>
    /// <param name="noise">The latent noise.</param>
    /// <remarks>
    /// theta = f(T z, T; x) with z ~ N(0, I) has log q(theta | x) = log N(z; 0, I) - log |det d f(T z, T; x) / d z|, where f(., T; x)
    /// is one-to-one. The Jacobian takes D backward passes for all draws together. Without dropout.
    /// </remarks>
    public static DrawsWithDensity WithDensity(IConsistencyModel model, Tensor condition, INoise noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using IDisposable gradients = enable_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor z = noise.Next().requires_grad_();
        double level = model.SamplingSteps(1)[0].Level;
        using Scalar largest = level.ToScalar();
        Tensor time = condition.new_empty([condition.shape[0], 1]).fill_(largest);
        Tensor theta = model.Apply(z.mul(largest), time, condition.detach(), ForwardPass.Evaluation);
        Tensor logDeterminant = linalg.slogdet(VectorJacobian.Full(theta, z)).Item2;
        using Scalar constant = (-0.5 * model.Dimension * Math.Log(2 * Math.PI)).ToScalar();
        Tensor logProb = z.detach().Squared().sum(1).mul(Scalars.MinusHalf).add(constant, Scalars.One) - logDeterminant;
        return new DrawsWithDensity(theta.detach().MoveToOuterDisposeScope(), logProb.MoveToOuterDisposeScope());
    }
}
