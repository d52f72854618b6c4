using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// An unconstrained network from a noisy parameter, a condition and a time to a vector of the parameter's size.
/// Flow matching, consistency models and score models take any of them.
/// </summary>
public abstract class FreeFormNetwork(string name) : Network(name)
{
    /// <summary>Applies the network.</summary>
    /// <param name="theta">Noisy parameters, [N, D].</param>
    /// <param name="condition">Summaries of the observations, [N, S].</param>
    /// <param name="time">Time or noise level, [N, 1].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[N, D].</returns>
    public abstract Tensor Apply(Tensor theta, Tensor condition, Tensor time, ForwardPass pass);

    /// <summary>Applies the network at two times, the second without gradients wanted: a student and its teacher.</summary>
    /// <param name="theta">Noisy parameters, [2, N, D].</param>
    /// <param name="condition">Summaries of the observations, [N, S].</param>
    /// <param name="time">Times, [2, N, 1].</param>
    /// <param name="student">The first one's pass.</param>
    /// <param name="teacher">The second one's pass.</param>
    /// <returns>[2, N, D]; the caller lets no gradient into the second.</returns>
    public virtual Tensor ApplyToPair(Tensor theta, Tensor condition, Tensor time, ForwardPass student, ForwardPass teacher)
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(time);
        Tensor first = Apply(theta.select(0, 0), condition, time.select(0, 0), student);
        using IDisposable noGrad = no_grad();
        Tensor second = Apply(theta.select(0, 1), condition, time.select(0, 1), teacher);
        using IDisposable grad = enable_grad();
        return stack([first, second], 0);
    }

    /// <summary>Whether <see cref="LossOfPair"/> takes such passes.</summary>
    /// <param name="condition">Summaries of the observations, [N, S].</param>
    /// <param name="pass">A pass.</param>
    internal virtual bool TakesLossOfPair(Tensor condition, ForwardPass pass) => false;

    /// <summary>The loss of a student and its teacher and their passes in one, for networks with vector code for it.</summary>
    /// <param name="loss">The loss, and what the passes start from.</param>
    /// <param name="condition">Summaries of the observations, [N, S].</param>
    /// <param name="student">The first one's pass.</param>
    /// <param name="teacher">The second one's pass.</param>
    /// <returns>The losses, [N, 1].</returns>
    /// <exception cref="NotSupportedException">The network has no such code: <see cref="TakesLossOfPair"/> says so.</exception>
    internal virtual Tensor LossOfPair(IPairLoss loss, Tensor condition, ForwardPass student, ForwardPass teacher) =>
        throw new NotSupportedException($"{GetType().Name} has no vector code for a student and its teacher.");
}
