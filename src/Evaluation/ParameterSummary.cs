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
            Mode = ModeOf(sorted, sd),
            Half = (Quantiles.OfSorted(sorted, 0.25), Quantiles.OfSorted(sorted, 0.75)),
            Most = (Quantiles.OfSorted(sorted, 0.025), Quantiles.OfSorted(sorted, 0.975)),
        };
    }

    // Silverman's rule of thumb for the width of the normal kernel.
    private static double ModeOf(double[] sorted, double sd)
    {
        double quartiles = (Quantiles.OfSorted(sorted, 0.75) - Quantiles.OfSorted(sorted, 0.25)) / 1.34;
        double width = 0.9 * (quartiles > 0 ? Math.Min(sd, quartiles) : sd) * Math.Pow(sorted.Length, -0.2);
        if (!(width > 0))
        {
            return Quantiles.OfSorted(sorted, 0.5);
        }

        double low = Quantiles.OfSorted(sorted, 0.005), high = Quantiles.OfSorted(sorted, 0.995);
        return Enumerable.Range(0, GridPoints + 1).Select(i => low + (high - low) * i / GridPoints).MaxBy(Density);

        double Density(double x)
        {
            double sum = 0;
            foreach (double draw in sorted)
            {
                double u = (x - draw) / width;
                sum += Math.Exp(-0.5 * u * u);
            }

            return sum;
        }
    }
}
