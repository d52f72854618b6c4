using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute.Priors;

/// <summary>A distribution of one parameter with a distribution function that can be inverted, by which it is drawn.</summary>
public abstract record ScalarPrior : Prior
{
    // Half of the distance between two uniform numbers: the quantile of 0 may be infinite.
    private const double Smallest = 1.0 / (1L << 54);

    /// <summary>The distribution function, P(theta &lt;= x).</summary>
    /// <param name="x">Any number.</param>
    public abstract double Cdf(double x);

    /// <summary>The inverse of <see cref="Cdf"/>.</summary>
    /// <param name="p">In (0, 1).</param>
    public abstract double Quantile(double p);

    /// <summary>The logarithm of the density; negative infinity outside of the support.</summary>
    /// <param name="x">Any number.</param>
    public abstract double LogDensity(double x);

    /// <inheritdoc/>
    public sealed override double LogDensity(ReadOnlySpan<double> theta) => LogDensity(theta[0]);

    /// <inheritdoc/>
    public override double[] Sample(long count, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        using DisposeScope scope = NewDisposeScope();
        double[] values = random.Uniform([count], dtype: ScalarType.Float64).data<double>().ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Quantile(Math.Max(values[i], Smallest));
        }

        return values;
    }
}
