using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;
using Reproduce.Compute;

namespace Reproduce.Tasks.Priors;

/// <summary>The normal distribution.</summary>
public sealed record NormalPriorSettings : ScalarPriorSettings, INamedKind
{
    /// <inheritdoc/>
    public static string Kind => "normal";

    /// <summary>Mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation.</summary>
    [Range(0, 1e300, MinimumIsExclusive = true)]
    public required double Sd { get; init; }

    /// <inheritdoc/>
    public override double Cdf(double x) => Normal.CDF(Mean, Sd, x);

    /// <inheritdoc/>
    public override double Quantile(double p) => Normal.InvCDF(Mean, Sd, p);

    /// <inheritdoc/>
    public override double LogDensity(double x) => Normal.PDFLn(Mean, Sd, x);
}
