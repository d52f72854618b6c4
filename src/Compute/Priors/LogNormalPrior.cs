using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;

namespace Reproduce.Compute.Priors;

/// <summary>The log-normal distribution: the parameter's natural logarithm is normal.</summary>
public sealed record LogNormalPrior : ScalarPrior, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "log-normal";

    /// <summary>Mean of the logarithm; its exponential is the median.</summary>
    public required double LogMean { get; init; }

    /// <summary>Standard deviation of the logarithm.</summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public required double LogSd { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(0, double.PositiveInfinity)];

    /// <inheritdoc/>
    public override double Cdf(double x) => x <= 0 ? 0 : LogNormal.CDF(LogMean, LogSd, x);

    /// <inheritdoc/>
    public override double Quantile(double p) => LogNormal.InvCDF(LogMean, LogSd, p);

    /// <inheritdoc/>
    public override double LogDensity(double x) => x <= 0 ? double.NegativeInfinity : LogNormal.PDFLn(LogMean, LogSd, x);
}
