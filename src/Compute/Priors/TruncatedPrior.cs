using System.ComponentModel.DataAnnotations;

namespace Reproduce.Compute.Priors;

/// <summary>Another distribution on the condition that the parameter lies between two ends.</summary>
public sealed record TruncatedPrior : ScalarPrior, INamedKind, IValidatableObject
{
    // Of a rarer range the distribution function, which goes to 1, has few digits left.
    private const double RarestRange = 1e-9;

    /// <inheritdoc/>
    public static string Kind => "truncated";

    /// <summary>The distribution without the ends.</summary>
    public required Prior Of { get; init; }

    /// <summary>The lower end; none when not given.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end; none when not given.</summary>
    public double? High { get; init; }

    private ScalarPrior Whole => (ScalarPrior)Of;

    private double Below => Low is double low ? Whole.Cdf(low) : 0;

    private double Mass => (High is double high ? Whole.Cdf(high) : 1) - Below;

    /// <inheritdoc/>
    public override IReadOnlyList<(double Low, double High)> Support()
    {
        (double low, double high) = Whole.Support()[0];
        return [(Math.Max(low, Low ?? low), Math.Min(high, High ?? high))];
    }

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
        if (Of is not ScalarPrior)
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
