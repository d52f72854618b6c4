using MathNet.Numerics.Statistics;

namespace Reproduce.Evaluation;

/// <summary>What posterior draws say about one parameter.</summary>
public sealed record ParameterSummary
{
    private const int GridPoints = 512;

    /// <summary>Mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Median.</summary>
    public required double Median { get; init; }

    /// <summary>Standard deviation.</summary>
    public required double Sd { get; init; }

    /// <summary>Where the density is largest, by a kernel estimate.</summary>
    public required double Mode { get; init; }

    /// <summary>The central interval of half of the draws.</summary>
    public required (double Low, double High) Half { get; init; }

    /// <summary>The central interval of 95 % of the draws.</summary>
    public required (double Low, double High) Most { get; init; }

    /// <summary>Summarises draws.</summary>
    /// <param name="draws">At least two finite numbers.</param>
    public static ParameterSummary Of(IReadOnlyCollection<double> draws)
    {
        ArgumentNullException.ThrowIfNull(draws);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws.Count, 2);
        double[] sorted = [.. draws.Order()];
        double sd = sorted.StandardDeviation();
        return new ParameterSummary
        {
            Mean = sorted.Mean(),
            Median = Quantiles.OfSorted(sorted, 0.5),
            Sd = sd,
            Mode = ModeOf(sorted, null, sd, q => Quantiles.OfSorted(sorted, q)),
            Half = (Quantiles.OfSorted(sorted, 0.25), Quantiles.OfSorted(sorted, 0.75)),
            Most = (Quantiles.OfSorted(sorted, 0.025), Quantiles.OfSorted(sorted, 0.975)),
        };
    }

    /// <summary>Summarises weighted draws.</summary>
    /// <param name="draws">At least two finite numbers.</param>
    /// <param name="weights">A weight for each, none negative, that sum to one.</param>
    /// <remarks>
    /// The standard deviation is that of the weighted draws, without a correction for their number; a quantile is the first draw at which
    /// the sum of the weights reaches it.
    /// </remarks>
    public static ParameterSummary Of(IReadOnlyList<double> draws, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(draws);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws.Count, 2);
        if (weights.Count != draws.Count)
        {
            throw new ArgumentException($"expected {draws.Count} weights, as there are draws, got {weights.Count}", nameof(weights));
        }

        (double Value, double Weight)[] sorted = [.. draws.Zip(weights).OrderBy(d => d.First)];
        double mean = sorted.Sum(d => d.Value * d.Weight);
        double sd = Math.Sqrt(sorted.Sum(d => (d.Value - mean) * (d.Value - mean) * d.Weight));
        double[] cumulative = new double[sorted.Length];
        double sum = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            cumulative[i] = sum += sorted[i].Weight;
        }

        return new ParameterSummary
        {
            Mean = mean,
            Median = Quantile(0.5),
            Sd = sd,
            Mode = ModeOf([.. sorted.Select(d => d.Value)], [.. sorted.Select(d => d.Weight)], sd, Quantile),
            Half = (Quantile(0.25), Quantile(0.75)),
            Most = (Quantile(0.025), Quantile(0.975)),
        };

        double Quantile(double q)
        {
            // Draws of weight zero repeat a sum: the first one that reaches it is meant.
            int at = Array.FindIndex(cumulative, c => c >= q * sum);
            return sorted[at < 0 ? ^1 : at].Value;
        }
    }

    // Silverman's rule of thumb for the width of the normal kernel.
    private static double ModeOf(double[] sorted, double[]? weights, double sd, Func<double, double> quantile)
    {
        double effective = weights is null ? sorted.Length : EffectiveSampleSize.Of(weights);
        double quartiles = (quantile(0.75) - quantile(0.25)) / 1.34;
        double width = 0.9 * (quartiles > 0 ? Math.Min(sd, quartiles) : sd) * Math.Pow(effective, -0.2);
        if (!(width > 0))
        {
            return quantile(0.5);
        }

        double low = quantile(0.005), high = quantile(0.995);
        return Enumerable.Range(0, GridPoints + 1).Select(i => low + (high - low) * i / GridPoints).MaxBy(Density);

        double Density(double x)
        {
            double sum = 0;
            for (int i = 0; i < sorted.Length; i++)
            {
                double u = (x - sorted[i]) / width;
                double kernel = Math.Exp(-0.5 * u * u);
                sum += weights is null ? kernel : weights[i] * kernel;
            }

            return sum;
        }
    }
}
