using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;

namespace Reproduce.Tasks.Priors;

/// <summary>Another distribution on the condition that the parameter lies between two ends.</summary>
public sealed record TruncatedPriorSettings : ScalarPriorSettings, INamedKind, IValidatableObject
{
    // Of a rarer range the distribution function, which goes to 1, has few digits left.
    private const double RarestRange = 1e-9;

    /// <inheritdoc/>
    public static string Kind => "truncated";

    /// <summary>The distribution without the ends.</summary>
    public required PriorSettings Of { get; init; }

    /// <summary>The lower end; none when not given.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end; none when not given.</summary>
    public double? High { get; init; }

    private ScalarPriorSettings Whole => (ScalarPriorSettings)Of;

    private double Below => Low is double low ? Whole.Cdf(low) : 0;

    private double Mass => (High is double high ? Whole.Cdf(high) : 1) - Below;

    /// <inheritdoc/>
    public override double Cdf(double x) =>
        x <= Low ? 0 : x >= High ? 1 : Math.Clamp((Whole.Cdf(x) - Below) / Mass, 0, 1);

    /// <inheritdoc/>
    public override double Quantile(double p) =>
        Math.Clamp(Whole.Quantile(Below + p * Mass), Low ?? double.NegativeInfinity, High ?? double.PositiveInfinity);

    /// <inheritdoc/>
    public override double LogDensity(double x) =>
        x < Low || x > High ? double.NegativeInfinity : Whole.LogDensity(x) - Math.Log(Mass);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Of is not ScalarPriorSettings)
        {
            yield return new ValidationResult("expected the distribution of one parameter that varies", [nameof(Of)]);
        }
        else if (Low is null && High is null)
        {
            yield return new ValidationResult("expected 'low', 'high' or both");
        }
        else if (!(Mass > RarestRange))
        {
            yield return new ValidationResult(FormattableString.Invariant(
                $"expected ends with a probability above {RarestRange} between them, got {Math.Max(Mass, 0):G2}"));
        }
    }
}
