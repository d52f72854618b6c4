using Reproduce.Compute;
using Reproduce.Inference.Contracts;
using Reproduce.Inference.Sampling;
using Reproduce.Inference.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Posteriors;

/// <summary>A trained estimator in everyday use: draws, densities and files in a line each.</summary>
/// <param name="estimator">The estimator, on the CPU; the posterior owns it.</param>
public sealed class Posterior(IPosteriorEstimator estimator) : IDisposable
{
    /// <summary>The estimator, for training and for all that is not here.</summary>
    public IPosteriorEstimator Estimator => estimator;

    /// <summary>A trained estimator from a file.</summary>
    /// <param name="path">What <see cref="Save"/> has written.</param>
    /// <param name="fresh">An estimator of the same design with any weights, which the posterior then owns.</param>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another design; nothing in it is run.</exception>
    public static Posterior Load(string path, IPosteriorEstimator fresh)
    {
        ArgumentNullException.ThrowIfNull(fresh);
        using DisposeScope scope = NewDisposeScope();
        NetworkState.Restore(fresh.Network, Npz.Read(path));
        return new Posterior(fresh);
    }

    /// <summary>Writes weights and scaling, as a .npz file that NumPy opens; the design stays in your program.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path)
    {
        Dictionary<string, Tensor> state = NetworkState.Copy(estimator.Network);
        try
        {
            Npz.Write(path, state);
        }
        finally
        {
            foreach (Tensor tensor in state.Values)
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>Draws from the posterior of every observation; the same seed gives the same draws.</summary>
    /// <param name="x">J observations.</param>
    /// <param name="draws">Number of draws for each, S.</param>
    /// <param name="steps">Network passes per draw; of no account for flows, which take one.</param>
    /// <param name="seed">Chooses the random numbers.</param>
    /// <returns>[J, S, D].</returns>
    /// <exception cref="ArgumentException">An observation has NaN or infinity.</exception>
    public Tensor Sample(Observation x, int draws, int steps = 10, long seed = 1) =>
        PosteriorSampler.Sample(estimator, x, draws, steps, RandomKey.FromSeed(seed));

    /// <summary>log q(theta | x), where the estimator knows it at any parameter.</summary>
    /// <param name="theta">[N, D], of any type of real numbers.</param>
    /// <param name="x">One observation, or N.</param>
    /// <returns>[N].</returns>
    /// <exception cref="ArgumentException">Other shapes, or NaN or infinity among parameters or observations.</exception>
    /// <exception cref="NotSupportedException">The estimator knows no density, or only that of its own draws.</exception>
    public Tensor LogProb(Tensor theta, Observation x)
    {
        ArgumentNullException.ThrowIfNull(theta);
        ArgumentNullException.ThrowIfNull(x);
        if (estimator is not ITractableDensity density)
        {
            throw new NotSupportedException($"{estimator.GetType().Name} has no density at any parameter; flows and flow matching have.");
        }

        Require.Rows(theta, estimator.Dimension, nameof(theta));
        long rows = theta.shape[0];
        if (x.Count != 1 && x.Count != rows)
        {
            throw new ArgumentException($"x: expected one observation, or {rows} as in theta, got {x.Count}.");
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = NetworkInput.TypeOf(estimator);
        Tensor parameters = NetworkInput.Convert(theta, type, nameof(theta));
        Require.Finite(parameters, nameof(theta));
        Tensor condition = estimator.Summarise(NetworkInput.Check(x, type));
        return density.LogProb(parameters, condition.expand(rows, -1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => estimator.Dispose();
}
