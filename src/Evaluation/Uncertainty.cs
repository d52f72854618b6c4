using Reproduce.Compute;
using Reproduce.Kernels;

namespace Reproduce.Evaluation;

/// <summary>A mean with its uncertainty.</summary>
/// <param name="Mean">The mean of the values.</param>
/// <param name="StandardError">Standard deviation (n - 1) over the root of n; NaN for one value.</param>
/// <param name="Low">Lower end of the bootstrap interval.</param>
/// <param name="High">Upper end of the bootstrap interval.</param>
/// <param name="N">Number of values.</param>
public readonly record struct Estimate(double Mean, double StandardError, double Low, double High, int N);

/// <summary>Uncertainty of means over test sets, and of paired differences between contenders, which decide a claim.</summary>
/// <remarks>
/// Intervals are percentile bootstrap intervals (Efron 1979). They cover a little less than they say when there are few values:
/// about 93.5% instead of 95% at n = 30.
/// </remarks>
public static class Uncertainty
{
    /// <summary>Resamples of the bootstrap.</summary>
    public const int Resamples = 2000;

    /// <summary>The mean of values such as one metric of one contender over the test sets.</summary>
    /// <param name="values">At least one finite value.</param>
    /// <param name="key">Random numbers of the resampling.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    /// <exception cref="ArgumentException">No values, values that are not finite, or an impossible confidence.</exception>
    public static Estimate Mean(ReadOnlySpan<double> values, RandomKey key, double confidence = 0.95)
    {
        Check(values, nameof(values));
        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentException($"confidence: expected a number between 0 and 1, got {confidence}.", nameof(confidence));
        }

        int n = values.Length;
        (double mean, double error) = StandardError(values);
        double[] means = new double[Resamples];
        var random = new SplitMix64(key.Value);
        for (int b = 0; b < means.Length; b++)
        {
            double sum = 0;
            for (int i = 0; i < n; i++)
            {
                sum += values[random.NextInt(n)];
            }

            means[b] = sum / n;
        }

        Array.Sort(means);
        return new Estimate(mean, error, Quantiles.OfSorted(means, (1 - confidence) / 2), Quantiles.OfSorted(means, (1 + confidence) / 2), n);
    }

    /// <summary>
    /// The mean of first - second over the same test sets. Pairing removes the variation between test sets that both share.
    /// </summary>
    /// <param name="first">One contender's metric by test set.</param>
    /// <param name="second">The other's, in the same order.</param>
    /// <param name="key">Random numbers of the resampling.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    /// <exception cref="ArgumentException">Lengths that differ, no values, or values that are not finite.</exception>
    public static Estimate PairedDifference(ReadOnlySpan<double> first, ReadOnlySpan<double> second, RandomKey key, double confidence = 0.95)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"second: expected {first.Length} values, one for each of the first, got {second.Length}.", nameof(second));
        }

        Check(first, nameof(first));
        Check(second, nameof(second));
        double[] differences = new double[first.Length];
        for (int i = 0; i < differences.Length; i++)
        {
            differences[i] = first[i] - second[i];
        }

        return Mean(differences, key, confidence);
    }

    /// <summary>The mean and its standard error, without an interval.</summary>
    /// <param name="values">At least one finite value.</param>
    /// <returns>The error is NaN for one value.</returns>
    /// <exception cref="ArgumentException">No values, or values that are not finite.</exception>
    public static (double Mean, double Error) StandardError(ReadOnlySpan<double> values)
    {
        Check(values, nameof(values));
        double mean = 0, squares = 0;
        foreach (double v in values)
        {
            mean += v / values.Length;
        }

        foreach (double v in values)
        {
            squares += (v - mean) * (v - mean);
        }

        return (mean, values.Length < 2 ? double.NaN : Math.Sqrt(squares / (values.Length - 1) / values.Length));
    }

    private static void Check(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException($"{name}: expected at least one value.", name);
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ArgumentException(FormattableString.Invariant($"{name}: expected finite values, got {values[i]} at index {i}."), name);
            }
        }
    }
}
