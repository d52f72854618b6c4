using Reproduce.Compute;
using Reproduce.Compute.Priors;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>One of the ten tasks: prior, simulator, and what is known of its posterior. May be used from several threads.</summary>
internal abstract class BenchmarkProblem
{
    /// <summary>The parameters with their priors.</summary>
    public abstract ParameterSpace Parameters { get; }

    /// <summary>Numbers in an observation, F.</summary>
    public abstract int Length { get; }

    /// <summary>The folder of its observations and reference draws, below that of the data.</summary>
    public abstract string Folder { get; }

    /// <summary>Whether sbibm has published observations of this task with their reference draws.</summary>
    public virtual bool IsPublished => true;

    /// <summary>Raised by hand when <see cref="SamplePosterior"/> gives other draws than before.</summary>
    public virtual int PosteriorVersion => 1;

    /// <summary>The observations of this task, from those that are published in its folder.</summary>
    /// <param name="theta">What those were simulated with, float64, [B, D].</param>
    /// <param name="published">Those, float64, [B, numbers].</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>Of any floating-point type, [B, F].</returns>
    public virtual Tensor Observe(Tensor theta, Tensor published, RandomSource random) => published;

    /// <summary>Simulations.</summary>
    /// <param name="theta">float64, [B, D].</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>Of any floating-point type, [B, F].</returns>
    public abstract Tensor Simulate(Tensor theta, RandomSource random);

    /// <summary>log p(x | theta), up to a number that does not depend on theta.</summary>
    /// <param name="theta">D numbers inside of the prior's support.</param>
    /// <param name="x">F numbers.</param>
    public abstract double LogLikelihood(ReadOnlySpan<double> theta, ReadOnlySpan<double> x);

    /// <summary>Draws of our own from the posterior, exact but for rounding or by importance resampling.</summary>
    /// <param name="x">F numbers.</param>
    /// <param name="pilot">Rough draws, [N, D], where the task needs to be told where its posterior is; else of no account.</param>
    /// <param name="draws">Number of draws, S.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>S rows of D numbers.</returns>
    public abstract double[] SamplePosterior(double[] x, double[,] pilot, int draws, RandomSource random);

    /// <summary>log p(theta) + log p(x | theta), up to a number that does not depend on theta.</summary>
    /// <param name="theta">D numbers, of any size.</param>
    /// <param name="x">F numbers.</param>
    /// <returns>Negative infinity outside of the prior's support.</returns>
    public double LogPosterior(ReadOnlySpan<double> theta, ReadOnlySpan<double> x)
    {
        double prior = Parameters.LogDensity(theta);
        return double.IsNegativeInfinity(prior) ? prior : prior + LogLikelihood(theta, x);
    }

    /// <summary>Several parameters with one prior each.</summary>
    /// <param name="symbol">What they are called: the symbol with the numbers from 1.</param>
    /// <param name="priors">The priors.</param>
    protected static ParameterSpace Numbered(string symbol, IReadOnlyList<Prior> priors) => new(
        priors.Select((prior, i) => new ParameterSettings
        {
            Name = $"theta{i + 1}",
            Label = TaskDescription.Numbered(symbol, priors.Count)[i],
            Prior = prior,
        }));

    /// <summary>A rate: a positive parameter whose logarithm is normal.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="label">Its label.</param>
    /// <param name="logMean">Mean of the logarithm.</param>
    /// <param name="logSd">Standard deviation of the logarithm.</param>
    protected static ParameterSettings Rate(string name, string label, double logMean, double logSd) =>
        new() { Name = name, Label = label, Prior = new LogNormalPrior { LogMean = logMean, LogSd = logSd } };

    /// <summary>The numbers of a tensor, float64 in C order.</summary>
    protected static double[] Values(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }
}
