using Reproduce.Kernels;

namespace Reproduce.Reporting;

/// <summary>
/// Mean difference of two contenders on the same test sets. Test sets differ in difficulty far more than contenders do,
/// so the difference is taken per test set first; its interval is a percentile bootstrap over test sets.
/// </summary>
public sealed record PairedDifference
{
    /// <summary>Where the stream of every bootstrap of this room begins: a report made twice from the same measurements says the same.</summary>
    internal const ulong ResampleSeed = 0x5EED;

    private const int Resamples = 4000;

    /// <summary>Mean of left minus right.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard error of the mean; null with one pair.</summary>
    public double? StandardError { get; init; }

    /// <summary>Lower end of the 95 % interval; the mean itself with one pair.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the 95 % interval; the mean itself with one pair.</summary>
    public required double High { get; init; }

    /// <summary>Number of pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>Number of test sets (or replicates) that only one side has.</summary>
    public required int Unpaired { get; init; }

    /// <summary>What was paired: "test sets" or "replicates".</summary>
    public required string Unit { get; init; }

    /// <summary>Pairs two series by index; null when they have no index in common.</summary>
    public static PairedDifference? Of(IReadOnlyDictionary<int, double> left, IReadOnlyDictionary<int, double> right, string unit)
    {
        var differences = left.Where(l => right.ContainsKey(l.Key)).OrderBy(l => l.Key).Select(l => l.Value - right[l.Key]).ToArray();
        if (differences.Length == 0) return null;
        double mean = differences.Average();
        var (low, high) = differences.Length == 1 ? (mean, mean) : Interval(differences);
        return new PairedDifference
        {
            Mean = mean,
            StandardError = Statistics.StandardError(differences),
            Low = low,
            High = high,
            Pairs = differences.Length,
            Unpaired = left.Count + right.Count - 2 * differences.Length,
            Unit = unit,
        };
    }

    /// <summary>"-0.052 ± 0.004 (95 % interval -0.060 to -0.044, 100 test sets)".</summary>
    public override string ToString()
    {
        if (StandardError is not { } error) return $"{NumberText.Signed(Mean, 4)} (one pair of numbers, no interval)";
        string unpaired = Unpaired == 0 ? "" : $", {Unpaired} unpaired";
        return $"{NumberText.Signed(Mean, 4)} ± {NumberText.Fixed(error, 4)} (95 % interval {NumberText.Signed(Low, 4)} to {NumberText.Signed(High, 4)}, {Pairs} {Unit}{unpaired})";
    }

    private static (double Low, double High) Interval(double[] values)
    {
        var means = new double[Resamples];
        SplitMix64 random = new(ResampleSeed);
        for (int r = 0; r < Resamples; r++)
        {
            double sum = 0;
            for (int i = 0; i < values.Length; i++) sum += values[random.NextInt(values.Length)];
            means[r] = sum / values.Length;
        }
        return (Statistics.Quantile(means, 0.025), Statistics.Quantile(means, 0.975));
    }
}
