namespace Reproduce.Evaluation;

/// <summary>Expected calibration error of every parameter.</summary>
/// <param name="PerParameter">[D], each from 0 to 1.</param>
public sealed record CalibrationError(double[] PerParameter)
{
    /// <summary>The largest over the parameters, the "Max ECE" of the paper's tables.</summary>
    public double Max => PerParameter.Max();

    /// <summary>The mean over the parameters.</summary>
    public double Mean => PerParameter.Average();
}

/// <summary>
/// Bands that the whole empirical distribution function of uniform ranks keeps to, at all points at once, with probability
/// <see cref="Confidence"/>.
/// </summary>
/// <param name="Point">Evaluation points in (0, 1), [K].</param>
/// <param name="Uniform">The expected value at each point, [K]; equals the point unless ranks are discrete.</param>
/// <param name="Low">Lower limit of the distribution function, [K].</param>
/// <param name="High">Upper limit, [K].</param>
/// <param name="Confidence">Probability of staying within at all points.</param>
public sealed record EcdfBands(double[] Point, double[] Uniform, double[] Low, double[] High, double Confidence)
{
    /// <summary>Lower limit of the difference to the uniform distribution function, [K].</summary>
    public double[] LowDifference => [.. Low.Zip(Point, (l, z) => l - z)];

    /// <summary>Upper limit of the difference, [K].</summary>
    public double[] HighDifference => [.. High.Zip(Point, (h, z) => h - z)];

    /// <summary>True when the distribution function of the ranks stays within the bands at every point.</summary>
    /// <param name="ranks">Fractional ranks, as many as the bands were made for.</param>
    public bool Contains(ReadOnlySpan<double> ranks)
    {
        double[] sorted = ranks.ToArray();
        Array.Sort(sorted);
        int below = 0;
        for (int k = 0; k < Point.Length; k++)
        {
            while (below < sorted.Length && sorted[below] <= Point[k])
            {
                below++;
            }

            // Limits are multiples of 1/J; the slack only absorbs rounding.
            double f = (double)below / sorted.Length;
            if (f < Low[k] - 1e-9 || f > High[k] + 1e-9)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A histogram of ranks.</summary>
/// <param name="Counts">Ranks in each bin.</param>
/// <param name="Expected">Mean count of each bin for uniform ranks.</param>
/// <param name="Low">Lower end of each single bin's central range for uniform ranks.</param>
/// <param name="High">Upper end.</param>
public sealed record RankHistogram(int[] Counts, double[] Expected, int[] Low, int[] High);

/// <summary>Posterior summaries of one parameter beside its true values, all [J].</summary>
public sealed class Recovery
{
    internal Recovery(int sets) =>
        (Truth, Mean, Median, Low, High) = (new double[sets], new double[sets], new double[sets], new double[sets], new double[sets]);

    /// <summary>True values.</summary>
    public double[] Truth { get; }

    /// <summary>Posterior means.</summary>
    public double[] Mean { get; }

    /// <summary>Posterior medians.</summary>
    public double[] Median { get; }

    /// <summary>Lower ends of the central intervals.</summary>
    public double[] Low { get; }

    /// <summary>Upper ends of the central intervals.</summary>
    public double[] High { get; }

    /// <summary>Part of the data sets whose interval holds the true value, both ends included.</summary>
    public double Coverage => Truth.Select((t, j) => t >= Low[j] && t <= High[j] ? 1.0 : 0.0).Average();

    /// <summary>Pearson's correlation of posterior means and true values; NaN when either does not vary.</summary>
    public double Correlation => MathNet.Numerics.Statistics.Correlation.Pearson(Mean, Truth);
}
