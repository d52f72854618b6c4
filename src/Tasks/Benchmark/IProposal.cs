using Reproduce.Compute;

namespace Reproduce.Tasks.Benchmark;

/// <summary>
/// A distribution from which a posterior is drawn by importance resampling. Densities may be asked for from several threads.
/// </summary>
internal interface IProposal
{
    /// <summary>Number of parameters, D.</summary>
    int Dimension { get; }

    /// <summary>Draws.</summary>
    /// <param name="count">Number of draws, N.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>N rows of D numbers.</returns>
    double[] Draw(int count, RandomSource random);

    /// <summary>The logarithm of the density, up to a number that is the same everywhere.</summary>
    /// <param name="theta">D numbers.</param>
    double LogDensity(ReadOnlySpan<double> theta);
}
