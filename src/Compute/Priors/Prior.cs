
namespace Reproduce.Compute.Priors;

/// <summary>A distribution of one parameter or of several together; there is a record for each family, which is the distribution.</summary>
public abstract record Prior
{
    /// <summary>Number of parameters that are drawn together, D.</summary>
    public virtual int Dimension => 1;

    /// <summary>Where the density is not zero: D intervals, of which either end may be infinite.</summary>
    /// <remarks>A method and no property, which the text of a record would compute.</remarks>
    public abstract IReadOnlyList<(double Low, double High)> Support();

    /// <summary>Draws.</summary>
    /// <param name="count">Number of draws, N.</param>
    /// <param name="random">Where the random numbers come from.</param>
    /// <returns>N rows of D numbers, one row behind the other.</returns>
    public abstract double[] Sample(long count, RandomSource random);

    /// <summary>The logarithm of the density; negative infinity outside of the support.</summary>
    /// <param name="theta">D numbers.</param>
    public abstract double LogDensity(ReadOnlySpan<double> theta);
}
