using System.Globalization;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// Draws from a density by weighing those of a proposal and drawing anew among them by weight (Rubin 1988). The pool is so much larger than
/// what is drawn that the draws are as good as independent.
/// </summary>
internal static class ImportanceResampling
{
    /// <summary>Effective size of the pool for each draw.</summary>
    internal const int Plenty = 10;

    // Of ten one draw in twenty-five is a repeat of another, of five one in ten; with less they are no sample to compare with.
    private const int Fewest = Plenty / 2;

    // As many are enough for all ten tasks and are drawn in seconds.
    private const int Batch = 50_000, MostProposals = 4_000_000;

    /// <summary>Draws.</summary>
    /// <param name="proposal">A distribution that covers the density.</param>
    /// <param name="target">The density, up to a factor.</param>
    /// <param name="draws">Number of draws, S.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="moves">
    /// Steps of a random walk that every draw then makes (<see cref="MetropolisMoves"/>), which leave the density as it is and tear repeats
    /// apart: with ten parameters a classifier that is as wide as sbibm's finds one repeat in twenty-five.
    /// </param>
    /// <returns>S rows of D numbers.</returns>
    /// <exception cref="InvalidOperationException">
    /// The proposal does not cover the density: as many as may be made of it are worth fewer than five for each draw.
    /// </exception>
    public static double[] Draw(IProposal proposal, LogDensity target, int draws, RandomSource random, int moves = 0)
    {
        int dimension = proposal.Dimension;
        List<double> logWeights = [];
        List<double> pool = [];
        double effective = 0;
        for (int made = 0; made < MostProposals && effective < (double)Plenty * draws; made += Batch)
        {
            double[] theta = proposal.Draw(Batch, random);
            double[] log = new double[Batch];
            Parallel.For(0, Batch, i =>
            {
                ReadOnlySpan<double> row = theta.AsSpan(i * dimension, dimension);
                double wanted = target(row);
                log[i] = double.IsNegativeInfinity(wanted) ? wanted : wanted - proposal.LogDensity(row);
            });
            for (int i = 0; i < Batch; i++)
            {
                if (!double.IsNegativeInfinity(log[i]))
                {
                    logWeights.Add(log[i]);
                    pool.AddRange(theta.AsSpan(i * dimension, dimension));
                }
            }

            effective = EffectiveSize(logWeights);
        }

        if (effective < (double)Fewest * draws)
        {
            string worth = string.Create(CultureInfo.InvariantCulture, $"{MostProposals} draws of it are worth {effective:0}");
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"the proposal does not cover the posterior: {worth}, for {draws} draws, which need {(long)Fewest * draws}"));
        }

        double[] result = Resample(logWeights, pool, dimension, draws, random);
        MetropolisMoves.Make(result, dimension, target, moves, random);
        return result;
    }

    // Kish: (sum of weights)^2 / sum of squares.
    private static double EffectiveSize(List<double> logWeights)
    {
        if (logWeights.Count == 0)
        {
            return 0;
        }

        double largest = logWeights.Max(), sum = 0, squares = 0;
        foreach (double log in logWeights)
        {
            double weight = Math.Exp(log - largest);
            sum += weight;
            squares += weight * weight;
        }

        return sum * sum / squares;
    }

    private static double[] Resample(List<double> logWeights, List<double> pool, int dimension, int draws, RandomSource random)
    {
        double largest = logWeights.Max(), sum = 0;
        double[] cumulative = new double[logWeights.Count];
        for (int i = 0; i < cumulative.Length; i++)
        {
            cumulative[i] = sum += Math.Exp(logWeights[i] - largest);
        }

        using DisposeScope scope = NewDisposeScope();
        double[] u = random.Uniform([draws], dtype: ScalarType.Float64).data<double>().ToArray();
        double[] result = new double[draws * dimension];
        for (int k = 0; k < draws; k++)
        {
            int row = CumulativeSums.IndexOf(cumulative, u[k] * sum);
            pool.CopyTo(row * dimension, result, k * dimension, dimension);
        }

        return result;
    }
}
