using System.ComponentModel.DataAnnotations;
using MathNet.Numerics;

namespace Reproduce.Compute.Priors;

/// <summary>The half-normal distribution: the magnitude of a normal number of mean 0.</summary>
public sealed record HalfNormalPrior : ScalarPrior, INamedKind
{
    private const double Root2 = 1.4142135623730951;

    /// <inheritdoc/>
    public static string Kind => "half-normal";

    /// <summary>Standard deviation of the normal number; the mean is sqrt(2 / pi) of it.</summary>
    [Range(0, 1e300, MinimumIsExclusive = true)]
    public required double Sd { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(0, double.PositiveInfinity)];

    /// <inheritdoc/>
    public override double Cdf(double x) => x <= 0 ? 0 : SpecialFunctions.Erf(x / (Sd * Root2));

    /// <inheritdoc/>
    public override double Quantile(double p) => Sd * Root2 * SpecialFunctions.ErfInv(p);

    /// <inheritdoc/>
    public override double LogDensity(double x) =>
        x < 0 ? double.NegativeInfinity : 0.5 * Math.Log(2 / Math.PI) - Math.Log(Sd) - 0.5 * (x / Sd) * (x / Sd);
}
