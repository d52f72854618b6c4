namespace Reproduce.Reporting;

/// <summary>The few statistics that tables, figures and claims need, on plain arrays.</summary>
public static class SampleStatistics
{
    /// <summary>
    /// Standard error of the mean (sample standard deviation over the root of the count); null with fewer than two values.
    /// </summary>
    public static double? StandardError(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        double mean = values.Average();
        double sum = values.Sum(v => (v - mean) * (v - mean));
        return Math.Sqrt(sum / (values.Count - 1) / values.Count);
    }

    /// <summary>Quantile by linear interpolation between order statistics.</summary>
    /// <param name="values">At least one value, in any order.</param>
    /// <param name="probability">In [0, 1].</param>
    public static double Quantile(IReadOnlyList<double> values, double probability)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("values: expected at least one", nameof(values));
        }

        if (probability is < 0 or > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "expected a number in [0, 1]");
        }

        double[] sorted = values.Order().ToArray();
        double position = probability * (sorted.Length - 1);
        int below = (int)Math.Floor(position);
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
