namespace Reproduce.Evaluation;

/// <summary>Importance weights of draws, the largest of which are smoothed (Pareto-smoothed importance sampling).</summary>
/// <remarks>
/// Vehtari, Simpson, Gelman, Yao, Gabry: Pareto smoothed importance sampling, Journal of Machine Learning Research 25 (2024). The largest
/// min(S / 5, 3 sqrt(S)) weights become the expected order statistics of a generalised Pareto distribution that is fitted to them, none
/// above the largest raw weight. The distribution's shape, k-hat, tells how heavy their tail is: the estimates of the
/// paper's table 1 need it below <see cref="LargestShape"/>.
/// </remarks>
public sealed record SmoothedWeights
{
    private const int SmallestTail = 5;

    private SmoothedWeights(double[] weights, double shape)
    {
        Weights = weights;
        Shape = shape;
        EffectiveSize = EffectiveSampleSize.Of(weights);
    }

    /// <summary>Weights of the S draws; they sum to one.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>
    /// k-hat; negative infinity where the largest weights are equal, positive infinity where fewer than six are not zero.
    /// </summary>
    public double Shape { get; }

    /// <summary>The <see cref="EffectiveSampleSize"/> of the smoothed weights.</summary>
    public double EffectiveSize { get; }

    /// <summary>Above it the weights are not to be trusted: 1 - 1 / log10(S), at most 0.7.</summary>
    public double LargestShape => Math.Min(1 - 1 / Math.Log10(Weights.Count), 0.7);

    /// <summary>Whether weighted means can be trusted.</summary>
    public bool IsReliable => Shape <= LargestShape;

    /// <summary>Smooths and normalises weights.</summary>
    /// <param name="logWeights">Logarithms of S weights up to a constant; negative infinity for a weight of zero.</param>
    /// <returns>The weights; null when all are zero.</returns>
    /// <exception cref="ArgumentException">A weight is infinite or not a number.</exception>
    public static SmoothedWeights? Of(IReadOnlyList<double> logWeights)
    {
        ArgumentNullException.ThrowIfNull(logWeights);
        if (logWeights.Any(l => double.IsNaN(l) || double.IsPositiveInfinity(l)))
        {
            throw new ArgumentException("expected finite logarithms or negative infinity", nameof(logWeights));
        }

        double largest = logWeights.Max();
        if (double.IsNegativeInfinity(largest))
        {
            return null;
        }

        double[] weights = [.. logWeights.Select(l => Math.Exp(l - largest))];
        double shape = Smooth(weights);
        double sum = weights.Sum();
        return new SmoothedWeights([.. weights.Select(w => w / sum)], shape);
    }

    // Weights relative to the largest; returns k-hat.
    private static double Smooth(double[] weights)
    {
        int[] order = [.. Enumerable.Range(0, weights.Length).OrderBy(i => weights[i])];
        int positive = weights.Count(w => w > 0);
        int tail = (int)Math.Min(Math.Ceiling(Math.Min(0.2 * weights.Length, 3 * Math.Sqrt(weights.Length))), positive - 1);
        if (tail < SmallestTail)
        {
            return double.PositiveInfinity;
        }

        double threshold = weights[order[^(tail + 1)]];
        double[] excess = [.. order[^tail..].Select(i => weights[i] - threshold)];
        if (!(excess[^1] > double.Epsilon))
        {
            return double.NegativeInfinity;
        }

        ParetoTail fit = ParetoTail.Fit(excess);
        if (!double.IsFinite(fit.Shape))
        {
            return double.PositiveInfinity;
        }

        for (int i = 0; i < tail; i++)
        {
            weights[order[^(tail - i)]] = Math.Min(1, threshold + fit.Quantile((i + 0.5) / tail));
        }

        return fit.Shape;
    }
}
