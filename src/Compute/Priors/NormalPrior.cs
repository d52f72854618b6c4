using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;

namespace Reproduce.Compute.Priors;

/// <summary>The normal distribution.</summary>
public sealed record NormalPrior : ScalarPrior, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "normal";

    /// <summary>Mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation.</summary>
    [Range(0, 1e300, MinimumIsExclusive = true)]
    public required double Sd { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(double.NegativeInfinity, double.PositiveInfinity)];

    /// <inheritdoc/>
    public override double Cdf(double x) => Normal.CDF(Mean, Sd, x);

    /// <inheritdoc/>
    public override double Quantile(double p) => Normal.InvCDF(Mean, Sd, p);

    /// <inheritdoc/>
    public override double LogDensity(double x) => Normal.PDFLn(Mean, Sd, x);
}
