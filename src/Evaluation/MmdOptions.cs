namespace Reproduce.Evaluation;

/// <summary>Squared maximum mean discrepancy between two samples.</summary>
/// <param name="Biased">
/// The V-statistic, clipped below at 0, as published. For equal distributions it is not 0: the diagonals alone contribute
/// (1/S + 1/S') times the number of kernels whose bandwidth is far below the distance between draws.
/// </param>
/// <param name="Unbiased">The U-statistic: 0 on average for equal distributions, and therefore negative half of the time.</param>
public readonly record struct MmdResult(double Biased, double Unbiased);

/// <summary>The kernel and the bounds of <see cref="MaximumMeanDiscrepancy"/>.</summary>
public sealed record MmdOptions
{
    /// <summary>The bandwidths behind the published numbers.</summary>
    public static IReadOnlyList<double> PublishedBandwidths { get; } =
        [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 5, 10, 15, 20, 25, 30, 35, 100, 1e3, 1e4, 1e5, 1e6];

    /// <summary>The s in the kernel: sum over s of exp(-|x - y|^2 / (2 s)). Each has the unit of a variance.</summary>
    public double[] Bandwidths { get; init; } = [.. PublishedBandwidths];

    /// <summary>
    /// Replaces <see cref="Bandwidths"/> by one: the median squared distance between distinct draws of both samples together
    /// (Gretton et al. 2012), for each data set.
    /// </summary>
    public bool MedianHeuristic { get; init; }

    /// <summary>Largest number of draws taken from each sample, evenly spaced over its rows; 0: all.</summary>
    public int MaxDraws { get; init; }

    /// <summary>Bound of the memory for a block of distances, in bytes.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        if (!MedianHeuristic && (Bandwidths is null || Bandwidths.Length == 0 || Bandwidths.Any(b => !(b > 0) || double.IsInfinity(b))))
        {
            throw new ArgumentException("MMD options: Bandwidths must be one or more positive numbers.");
        }

        if (MaxDraws is < 0 or 1)
        {
            throw new ArgumentException($"MMD options: MaxDraws must be 0 (all) or at least 2, got {MaxDraws}.");
        }

        if (MaxBytes < 1)
        {
            throw new ArgumentException($"MMD options: MaxBytes must be at least 1, got {MaxBytes}.");
        }
    }
}
