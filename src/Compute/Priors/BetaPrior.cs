using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;

namespace Reproduce.Compute.Priors;

/// <summary>The beta distribution on (0, 1).</summary>
public sealed record BetaPrior : ScalarPrior, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "beta";

    /// <summary>The first shape; the mean is a / (a + b).</summary>
    [Range(0.01, 1e6)]
    public required double A { get; init; }

    /// <summary>The second shape.</summary>
    [Range(0.01, 1e6)]
    public required double B { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(0, 1)];

    /// <inheritdoc/>
    public override double Cdf(double x) => x <= 0 ? 0 : x >= 1 ? 1 : Beta.CDF(A, B, x);

    /// <inheritdoc/>
    public override double Quantile(double p) => Beta.InvCDF(A, B, p);

    /// <inheritdoc/>
    public override double LogDensity(double x) => x is <= 0 or >= 1 ? double.NegativeInfinity : Beta.PDFLn(A, B, x);
}
