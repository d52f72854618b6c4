using MathNet.Numerics.Distributions;

namespace Reproduce.Reporting;

/// <summary>
/// The variance of a mean as a sum of independent estimates, each with its degrees of freedom, and the degrees of freedom of the sum after
/// Satterthwaite (1946): (sum of v)^2 / sum of v^2 / d.
/// </summary>
internal sealed class VarianceSum
{
    // Student's distribution is the normal one to 1e-8 from here on; the library's root of it is wrong from 1e12 and not found at 1e20.
    private const double Many = 1e8;

    private double _squares;

    /// <summary>The sum.</summary>
    public double Variance { get; private set; }

    /// <summary>Degrees of freedom of the sum; infinite when it is known or 0.</summary>
    public double DegreesOfFreedom => _squares > 0 ? Variance * Variance / _squares : double.PositiveInfinity;

    /// <summary>Adds an estimate.</summary>
    /// <param name="variance">At least 0.</param>
    /// <param name="degreesOfFreedom">Infinite for a variance that is known.</param>
    public void Add(double variance, double degreesOfFreedom)
    {
        Variance += variance;
        _squares += variance * variance / degreesOfFreedom;
    }

    /// <summary>The point of Student's distribution that a value stays below with a probability.</summary>
    /// <param name="probability">In (0, 1).</param>
    /// <param name="degreesOfFreedom">Above 0, not necessarily whole; infinite for the normal distribution.</param>
    public static double Quantile(double probability, double degreesOfFreedom) => degreesOfFreedom >= Many
        ? Normal.InvCDF(0, 1, probability)
        : StudentT.InvCDF(0, 1, degreesOfFreedom, probability);
}
