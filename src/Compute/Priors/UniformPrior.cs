using System.ComponentModel.DataAnnotations;

namespace Reproduce.Compute.Priors;

/// <summary>The uniform distribution between two ends.</summary>
public sealed record UniformPrior : ScalarPrior, INamedKind, IValidatableObject
{
    /// <inheritdoc/>
    public static string Kind => "uniform";

    /// <summary>The lower end.</summary>
    public required double Low { get; init; }

    /// <summary>The upper end.</summary>
    public required double High { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support() => [(Low, High)];

    /// <inheritdoc/>
    public override double Cdf(double x) => Math.Clamp((x - Low) / (High - Low), 0, 1);

    /// <inheritdoc/>
    public override double Quantile(double p) => Low + p * (High - Low);

    /// <inheritdoc/>
    public override double LogDensity(double x) => x >= Low && x <= High ? -Math.Log(High - Low) : double.NegativeInfinity;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!(Low < High))
        {
            yield return new ValidationResult(
                FormattableString.Invariant($"expected a number above low ({Low}), got {High}"), [nameof(High)]);
        }
    }
}
