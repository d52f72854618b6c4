using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Reproduce.Evaluation;

/// <summary>The kernel and the bounds of <see cref="MaximumMeanDiscrepancy"/>.</summary>
public sealed record MmdSettings : IValidatableObject
{
    /// <summary>The bandwidths behind the published numbers.</summary>
    public static IReadOnlyList<double> PublishedBandwidths { get; } =
        [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 5, 10, 15, 20, 25, 30, 35, 100, 1e3, 1e4, 1e5, 1e6];

    /// <summary>The s in the kernel: sum over s of exp(-|x - y|^2 / (2 s)). Each has the unit of a variance.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double[] Bandwidths { get; init; } = [.. PublishedBandwidths];

    /// <summary>
    /// Replaces <see cref="Bandwidths"/> by one: the median squared distance between distinct draws of both samples together
    /// (Gretton et al. 2012), for each data set.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MedianHeuristic { get; init; }

    /// <summary>
    /// Largest number of draws taken from each sample, evenly spaced over its rows; 0: all. The cost grows with the square.
    /// </summary>
    [Range(0, 1_000_000), DeniedValues(1, ErrorMessage = "expected {0} of 0 for all, or at least 2.")]
    public int MaxDraws { get; init; } = 1000;

    /// <summary>Bound of the memory for a block of distances, in bytes.</summary>
    [Range(1.0, 1e18), JsonIgnore]
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>How many draws of a sample are compared.</summary>
    /// <param name="draws">How many there are.</param>
    public int Compared(int draws) => MaxDraws == 0 ? draws : Math.Min(MaxDraws, draws);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!MedianHeuristic && (Bandwidths.Length == 0 || Bandwidths.Any(b => !(b > 0) || double.IsInfinity(b))))
        {
            yield return new ValidationResult("expected bandwidths of one or more positive numbers", [nameof(Bandwidths)]);
        }
    }
}
