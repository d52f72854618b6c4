using MathNet.Numerics.Distributions;

namespace Reproduce.Reporting;

/// <summary>Where the level of a series changes, to be asked again with every value that comes.</summary>
/// <remarks>
/// E-divisive means (Matteson and James 2014) with a t-test in place of the permutations, as Apache Otava has it (Fleming et al. 2023):
/// nothing is drawn, the same series has the same change points. A segment is divided where the energy statistic between its two parts
/// <code>
/// q(k) = mn / (m + n) (2 E|X - Y| - E|X - X'| - E|Y - Y'|),  m = k values on the left, n on the right
/// </code>
/// is largest, as long as a lenient t-test agrees; a change that is hidden by a later one back is found that way. Then the weakest of the
/// changes is taken away, its two segments joined, until every one that is left passes the strict test.
/// <para>
/// The variance of the test is never less than the noise that is known of a single value: on one machine, trainings repeat bit for
/// bit, and any change of the order of a sum would be infinitely significant.
/// </para>
/// </remarks>
public static class ChangePoints
{
    /// <summary>Values of the shortest segment: fewer nights may be an accident of the machine.</summary>
    public const int ShortestSegment = 4;

    /// <summary>
    /// The largest probability under no change that a change may have. It is small because a series is asked every night, at every split
    /// and in some 200 entries; results/nightly/simulation.md has what comes of it.
    /// </summary>
    public const double Significance = 1e-5;

    private const double Lenient = 0.01;

    /// <summary>Finds the changes.</summary>
    /// <param name="values">The series in its order.</param>
    /// <param name="noise">Standard deviation that a value has at least.</param>
    /// <param name="leastStep">Smaller differences of two segments' means, or of their medians, are no change.</param>
    /// <returns>Index of the first value of every segment but the first, ascending.</returns>
    public static IReadOnlyList<int> Find(IReadOnlyList<double> values, double noise, double leastStep)
    {
        ArgumentNullException.ThrowIfNull(values);
        List<int> bounds = [0, values.Count];
        Divide(values, 0, values.Count, noise, bounds);
        bounds.Sort();
        while (bounds.Count > 2)
        {
            (int weakest, double probability) = Enumerable.Range(1, bounds.Count - 2)
                .Select(i => (i, Probability(values, bounds[i - 1], bounds[i], bounds[i + 1], noise, leastStep)))
                .MaxBy(p => p.Item2);
            if (probability <= Significance)
            {
                break;
            }

            bounds.RemoveAt(weakest);
        }

        return bounds[1..^1];
    }

    private static void Divide(IReadOnlyList<double> values, int start, int end, double noise, List<int> bounds)
    {
        if (end - start < 2 * ShortestSegment)
        {
            return;
        }

        int split = Split(values, start, end);
        if (Probability(values, start, split, end, noise, leastStep: 0) <= Lenient)
        {
            bounds.Add(split);
            Divide(values, start, split, noise, bounds);
            Divide(values, split, end, noise, bounds);
        }
    }

    // Sums of distances within the left part, within the right part and between them; a value that goes from right to left changes them by
    // its own distances.
    private static int Split(IReadOnlyList<double> values, int start, int end)
    {
        double left = 0, between = 0, right = 0, best = double.NegativeInfinity;
        for (int i = start; i < end; i++)
        {
            for (int j = i + 1; j < end; j++)
            {
                right += Math.Abs(values[i] - values[j]);
            }
        }

        int split = start + ShortestSegment;
        for (int k = start; k < end - ShortestSegment; k++)
        {
            double toLeft = 0, toRight = 0;
            for (int j = start; j < end; j++)
            {
                double distance = Math.Abs(values[k] - values[j]);
                (toLeft, toRight) = j < k ? (toLeft + distance, toRight) : (toLeft, toRight + distance);
            }

            (left, between, right) = (left + toLeft, between - toLeft + toRight, right - toRight);
            double m = k + 1 - start, n = end - k - 1;
            double q = m * n / (m + n) * (2 * between / (m * n) - Mean(left, m) - Mean(right, n));
            if (m >= ShortestSegment && q > best)
            {
                (best, split) = (q, k + 1);
            }
        }

        return split;
    }

    // Mean distance of two different ones of `count` values.
    private static double Mean(double sum, double count) => count > 1 ? 2 * sum / (count * (count - 1)) : 0;

    private static double Probability(
        IReadOnlyList<double> values, int start, int split, int end, double noise, double leastStep)
    {
        (double before, double squaresBefore) = Moments(values, start, split);
        (double after, double squaresAfter) = Moments(values, split, end);
        double step = Math.Abs(after - before), m = split - start, n = end - split;
        // Busy nights come in a row and pull a mean a long way; a change moves the middle.
        if (step == 0 || step < leastStep || Math.Abs(Median(split, end) - Median(start, split)) < leastStep)
        {
            return 1;
        }

        double variance = Math.Max((squaresBefore + squaresAfter) / (m + n - 2), noise * noise);
        return variance == 0 ? 0 : 2 * StudentT.CDF(0, 1, m + n - 2, -step / Math.Sqrt(variance * (1 / m + 1 / n)));

        double Median(int from, int to) => SampleStatistics.Quantile([.. values.Skip(from).Take(to - from)], 0.5);
    }

    private static (double Mean, double Squares) Moments(IReadOnlyList<double> values, int start, int end)
    {
        double sum = 0, squares = 0;
        for (int i = start; i < end; i++)
        {
            sum += values[i];
        }

        double mean = sum / (end - start);
        for (int i = start; i < end; i++)
        {
            squares += (values[i] - mean) * (values[i] - mean);
        }

        return (mean, squares);
    }
}
