using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Contracts;

/// <summary>An amortised posterior q(theta | x) that is trained on simulations and sampled for any observation.</summary>
public interface IPosteriorEstimator : IDisposable
{
    /// <summary>Number of parameters, D.</summary>
    long Dimension { get; }

    /// <summary>The networks with their weights.</summary>
    Network Network { get; }

    /// <summary>
    /// Whether losses of different steps measure the same, so that the least of them is the best: not where the loss's own terms move
    /// during the training, as a consistency model's levels do.
    /// </summary>
    bool HasSteadyLoss => true;

    /// <summary>The training loss of a batch of simulations.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="x">B observations.</param>
    /// <param name="step">Where the training stands.</param>
    /// <returns>A scalar; gradients reach every weight.</returns>
    Tensor Loss(Tensor theta, Observation x, TrainingStep step);

    /// <summary>Summarises observations once, so that many draws can share the result.</summary>
    /// <param name="x">J observations.</param>
    /// <returns>[J, S].</returns>
    Tensor Summarise(Observation x);

    /// <summary>One posterior draw per row.</summary>
    /// <param name="condition">A row of <see cref="Summarise"/> for each draw, [N, S].</param>
    /// <param name="noise">The latent noise.</param>
    /// <param name="steps">Network passes; ignored by estimators with a single pass.</param>
    /// <param name="cancel">Stops between network passes.</param>
    /// <returns>[N, D].</returns>
    /// <exception cref="OperationCanceledException">Stopped; <paramref name="noise"/> has been used up to some place.</exception>
    Tensor Draw(Tensor condition, INoise noise, int steps, CancellationToken cancel = default);
}
