using Reproduce.Compute;

namespace Reproduce.Tasks.Priors;

/// <summary>A distribution of one parameter or of several together; there is a record for each family, which is the distribution.</summary>
public abstract record PriorSettings
{
    /// <summary>Number of parameters that are drawn together, D.</summary>
    public virtual int Dimension => 1;

    /// <summary>Draws.</summary>
    /// <param name="count">Number of draws, N.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>N rows of D numbers, one row behind the other.</returns>
    public abstract double[] Sample(long count, RandomSource random);

    /// <summary>The logarithm of the density; negative infinity outside of the support.</summary>
    /// <param name="theta">D numbers.</param>
    public abstract double LogDensity(ReadOnlySpan<double> theta);
}
