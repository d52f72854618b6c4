using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Densities;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Chains;

/// <summary>
/// The density of K-step consistency draws (Eq. 10) through the Markov chain of their noisy latents.
/// </summary>
/// <remarks>
/// A draw is u_1 ~ N(0, T^2 I), u_k = f(u_{k-1}, t_{k-1}) + sigma_k z_k, theta = f(u_K, t_K). The last map is taken to be one-to-one,
/// so log q(theta) = log p(u_K) - log |det d f(u_K, t_K) / d u_K|, and for any path u_1 .. u_{K-1} that leads to u_K
/// p(u_K) = p(u_1) prod_k p(u_k | u_{k-1}) / p(u_{k-1} | u_k). With a learned r in the place of the backward conditionals the right
/// hand side depends on the path. Its mean over paths drawn from r is p(u_K) exactly, whatever r is; and importance weights with the
/// executed path among the paths that are averaged have the right mean too (they weigh the draw together with its paths). So a poor
/// r costs variance, and effective draws, but no bias.
/// </remarks>
public sealed class ConsistencyChain : IDensityOfDraws
{
    private readonly IConsistencyModel _model;
    private readonly IBackwardConditional _backward;
    private readonly SamplingStep[] _steps;
    private readonly int _paths;

    /// <summary>The density of draws with so many steps.</summary>
    /// <param name="model">A trained model.</param>
    /// <param name="backward">The backward conditionals; not used with one step.</param>
    /// <param name="steps">K, at least 1.</param>
    /// <param name="paths">Paths that are averaged for each draw, the executed one among them; at least 1.</param>
    public ConsistencyChain(IConsistencyModel model, IBackwardConditional backward, int steps, int paths = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(paths, 1);
        _model = model;
        _backward = backward;
        _steps = model.SamplingSteps(steps);
        _paths = paths;
    }

    /// <inheritdoc/>
    public DrawsWithDensity DrawWithDensity(Tensor condition, INoise noise)
    {
        using DisposeScope scope = NewDisposeScope();
        DrawsWithDensity paths = DrawWithPaths(condition, noise);
        using Scalar number = Math.Log(_paths).ToScalar();
        Tensor mean = paths.LogProb.logsumexp(0).sub(number);
        return new DrawsWithDensity(paths.Theta.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope());
    }

    /// <summary>Draws with the estimate of log q along each path by itself: their spread is the estimate's.</summary>
    /// <param name="condition">A row of summaries for each draw, [N, S].</param>
    /// <param name="noise">The latent noise: first that of the draw, as <see cref="IPosteriorEstimator.Draw"/> takes it.</param>
    /// <returns>Parameters [N, D], and log-densities [paths, N], the executed path first.</returns>
    public DrawsWithDensity DrawWithPaths(Tensor condition, INoise noise)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        Tensor[] executed = Execute(_model, _steps, condition, noise);
        Tensor last = executed[^1];
        (Tensor theta, Tensor logDeterminant) = Finish(last, condition);
        using IDisposable noGrad = no_grad();
        List<Tensor> logProbs = [LogPath(executed, condition)];
        while (logProbs.Count < _paths)
        {
            Tensor[] path = new Tensor[_steps.Length];
            path[^1] = last;
            for (int k = _steps.Length - 1; k > 0; k--)
            {
                path[k - 1] = _backward.Sample(path[k], condition, k + 1, noise);
            }

            logProbs.Add(LogPath(path, condition));
        }

        return new DrawsWithDensity(theta.MoveToOuterDisposeScope(), (stack(logProbs, 0) - logDeterminant).MoveToOuterDisposeScope());
    }

    /// <summary>The noisy latents u_1, ..., u_K of draws, [N, D] each.</summary>
    internal static Tensor[] Execute(IConsistencyModel model, SamplingStep[] steps, Tensor condition, INoise noise)
    {
        using IDisposable noGrad = no_grad();
        Tensor[] latents = new Tensor[steps.Length];
        for (int k = 0; k < steps.Length; k++)
        {
            using Scalar spread = steps[k].Added.ToScalar();
            Tensor added = noise.Next().mul(spread);
            latents[k] = k == 0 ? added : Map(model, latents[k - 1], condition, steps[k - 1].Level).add(added, Scalars.One);
        }

        return latents;
    }

    private static Tensor Map(IConsistencyModel model, Tensor noisy, Tensor condition, double level)
    {
        using Scalar at = level.ToScalar();
        return model.Apply(noisy, noisy.new_full([noisy.shape[0], 1], at), condition, ForwardPass.SinglePrecision);
    }

    // log p(u_1) + sum_k log p(u_k | u_{k-1}) - log r(u_{k-1} | u_k), [N].
    private Tensor LogPath(Tensor[] path, Tensor condition)
    {
        Tensor total = LogNormal(path[0], _steps[0].Added);
        for (int k = 1; k < path.Length; k++)
        {
            Tensor forward = LogNormal(path[k] - Map(_model, path[k - 1], condition, _steps[k - 1].Level), _steps[k].Added);
            total = total.add(forward, Scalars.One) - _backward.LogProb(path[k - 1], path[k], condition, k + 1);
        }

        return total;
    }

    private (Tensor Theta, Tensor LogDeterminant) Finish(Tensor last, Tensor condition)
    {
        using IDisposable gradients = enable_grad();
        Tensor at = last.detach().clone().requires_grad_();
        Tensor theta = Map(_model, at, condition.detach(), _steps[^1].Level);
        return (theta.detach(), linalg.slogdet(VectorJacobian.Full(theta, at)).Item2);
    }

    private static Tensor LogNormal(Tensor centred, double deviation)
    {
        using Scalar factor = (-0.5 / (deviation * deviation)).ToScalar();
        using Scalar constant = (centred.shape[1] * (0.5 * Math.Log(2 * Math.PI) + Math.Log(deviation))).ToScalar();
        return centred.Squared().sum(1).mul(factor).sub(constant);
    }
}
