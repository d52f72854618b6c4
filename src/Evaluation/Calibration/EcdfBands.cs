namespace Reproduce.Evaluation;

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
