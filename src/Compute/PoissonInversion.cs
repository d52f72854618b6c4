using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Compute;

/// <summary>
/// Poisson numbers from uniform ones by the inverse of the distribution function, on the device of the rates and without reading
/// anything back.
/// </summary>
/// <remarks>
/// The number for a uniform u is the smallest k with P(N &lt;= k) >= u, where P(N &lt;= k) = Q(k + 1, rate) and Q is the regularised
/// upper incomplete gamma function. It is found by bisection: one evaluation of Q, in double precision, for each binary digit of the
/// largest count. How many digits there are must not depend on the rates themselves, or the host would have to wait for them.
/// libtorch's Q errs by up to 4e-10 where count and rate are close and above 20, which no sample could show.
/// </remarks>
public static class PoissonInversion
{
    /// <summary>Counts are cut off where no more than this probability lies beyond, at the largest rate.</summary>
    public const double NeglectedTail = 1e-12;

    /// <summary>Binary digits of the counts that are told apart: 0 .. 2^digits - 1.</summary>
    /// <param name="largestRate">An upper bound of the rates.</param>
    /// <remarks>
    /// The fewest for which Chernoff's bound P(N >= k) &lt;= exp(k - rate - k ln(k / rate)), k = 2^digits, is below
    /// <see cref="NeglectedTail"/>. So 1024, the largest rate of the camera, has 11 digits, and even there counts above 2047 have a
    /// probability below 1e-170.
    /// </remarks>
    public static int Digits(double largestRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(largestRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(largestRate, 1 << 30);
        int digits = 0;
        while (!IsNegligible(1L << digits, largestRate))
        {
            digits++;
        }

        return digits;
    }

    /// <summary>A Poisson number for each rate.</summary>
    /// <param name="rate">Rates from 0 to <paramref name="largestRate"/>, any shape, floating point.</param>
    /// <param name="uniform">Uniform numbers in [0, 1), float64, of the same shape and on the same device.</param>
    /// <param name="largestRate">An upper bound of the rates.</param>
    /// <returns>float64, the same shape, on the same device; 0 where the rate is 0.</returns>
    public static Tensor Counts(Tensor rate, Tensor uniform, double largestRate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        ArgumentNullException.ThrowIfNull(uniform);
        using DisposeScope scope = NewDisposeScope();
        Tensor lambda = rate.to(ScalarType.Float64);
        Tensor counts = zeros_like(lambda);
        for (int digit = Digits(largestRate) - 1; digit >= 0; digit--)
        {
            using DisposeScope inner = NewDisposeScope();
            using Scalar step = Math.Pow(2, digit).ToScalar();

            // Invariant: the number sought is at least `counts`; it is `step` larger still where P(N <= counts + step - 1) < u.
            Tensor isLarger = igammac(counts.add(step, Scalars.One), lambda).lt(uniform);
            counts.add_(isLarger.to(ScalarType.Float64), step);
        }

        return counts.MoveToOuterDisposeScope();
    }

    private static bool IsNegligible(long count, double rate) =>
        count > rate && count - rate - count * Math.Log(count / rate) < Math.Log(NeglectedTail);
}
