using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;

namespace Reproduce.Compute.Priors;

/// <summary>The gamma distribution.</summary>
public sealed record GammaPrior : ScalarPrior, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "gamma";

    /// <summary>Shape; the mean is shape / rate.</summary>
    [Range(0.01, 1e6)]
    public required double Shape { get; init; }

    /// <summary>Rate, one over the scale.</summary>
    [Range(0, 1e300, MinimumIsExclusive = true)]
    public required double Rate { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(0, double.PositiveInfinity)];

    /// <inheritdoc/>
    public override double Cdf(double x) => x <= 0 ? 0 : Gamma.CDF(Shape, Rate, x);

    /// <inheritdoc/>
    public override double Quantile(double p) => Gamma.InvCDF(Shape, Rate, p);

    /// <inheritdoc/>
    public override double LogDensity(double x) => x <= 0 ? double.NegativeInfinity : Gamma.PDFLn(Shape, Rate, x);
}
