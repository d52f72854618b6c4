using Reproduce.Compute;
using Reproduce.Inference.Networks;
using Reproduce.Inference.Sampling;
using static TorchSharp.torch;

namespace Reproduce.Inference.Estimators;

/// <summary>Where a training stands when a loss is asked for.</summary>
/// <param name="Random">This step's random numbers.</param>
/// <param name="Step">Optimiser steps done before this one, from 0.</param>
/// <param name="TotalSteps">Optimiser steps of the whole training.</param>
/// <param name="EpochsDone">Whole passes through the training set before this step.</param>
/// <param name="IsTraining">False when the loss is only measured (validation): no dropout.</param>
public sealed record TrainingStep(RandomSource Random, long Step, long TotalSteps, long EpochsDone = 0, bool IsTraining = true)
{
    /// <summary>Whether second derivatives of the loss will be asked for; a training needs first ones alone.</summary>
    public bool NeedsSecondDerivatives { get; init; }

    /// <summary>A new pass through networks for this step, with dropout while training.</summary>
    public ForwardPass NewPass() => IsTraining ? ForwardPass.WithDropout(Random, NeedsSecondDerivatives) : ForwardPass.Evaluation;
}

/// <summary>An amortised posterior q(theta | x) that is trained on simulations and sampled for any observation.</summary>
public interface IPosteriorEstimator : IDisposable
{
    /// <summary>Number of parameters, D.</summary>
    long Dimension { get; }

    /// <summary>The networks with their weights.</summary>
    Network Network { get; }

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

/// <summary>An estimator whose density can be evaluated at any parameter.</summary>
public interface ITractableDensity
{
    /// <summary>log q(theta | x).</summary>
    /// <param name="theta">[N, D].</param>
    /// <param name="condition">A row of summaries for each, [N, S].</param>
    /// <returns>[N].</returns>
    Tensor LogProb(Tensor theta, Tensor condition);
}
