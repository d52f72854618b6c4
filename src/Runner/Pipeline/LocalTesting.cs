using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>The local C2ST of a trained contender, on simulations that it has not learned from.</summary>
public static class LocalTesting
{
    /// <summary>Simulations that a contender has not learned from: those of its validation, as many as the test uses.</summary>
    /// <param name="training">The training.</param>
    /// <returns>Simulations that live by themselves; null when there are none.</returns>
    public static Simulations? Held(TrainJob training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (training.Simulate.Validation == 0)
        {
            return null;
        }

        using Simulations validation = SimulationFiles.Read(training.Simulate.Folder.FileOf(StageFiles.Validation));
        using Simulations some = validation.Take(Math.Min(validation.Count, new LocalC2stSettings().MostPairs));
        return SimulationFiles.Copy(some);
    }

    /// <summary>Tests an estimator at observations.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="held">Simulations that it has not learned from.</param>
    /// <param name="summaries">What its networks see of the observations, [J, S].</param>
    /// <param name="draws">Its draws for each, [J, S', D].</param>
    /// <param name="steps">Sampling steps.</param>
    /// <param name="permutations">Classifiers with permuted labels.</param>
    /// <param name="key">Where the random numbers come from.</param>
    /// <param name="sampling">How draws are batched.</param>
    /// <param name="context">Where it runs.</param>
    /// <returns>[J].</returns>
    public static LocalC2stResult[] Run(
        IPosteriorEstimator estimator,
        Simulations held,
        Tensor summaries,
        Tensor draws,
        int steps,
        int permutations,
        RandomKey key,
        SamplingSettings sampling,
        JobContext context)
    {
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(context);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Observation there = held.X.To(context.Device);
        Tensor own = PosteriorSampler.Sample(
            estimator, there, 1, steps, key.Child("draws"), sampling, progress: null, context.Cancel);
        return LocalC2st.Test(
            held.Theta,
            own.select(1, 0),
            Summaries.Of(estimator, held.X, context),
            summaries,
            draws,
            new LocalC2stSettings { Permutations = permutations, Threads = context.Threads },
            key,
            context.Cancel);
    }
}
