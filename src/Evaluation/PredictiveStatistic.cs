namespace Reproduce.Evaluation;

/// <summary>A statistic of an observation beside that of simulations with posterior draws: a posterior predictive check.</summary>
/// <param name="Name">What it is, such as "x: mean".</param>
/// <param name="Observed">Of the observation.</param>
/// <param name="Median">Median over the simulations.</param>
/// <param name="Low">Their 5 % quantile.</param>
/// <param name="High">Their 95 % quantile.</param>
/// <param name="PValue">
/// Twice the share of simulations on the observation's rarer side, ties and the observation itself counted to both: small where the model
/// with its posterior does not make such observations.
/// </param>
public sealed record PredictiveStatistic(string Name, double Observed, double Median, double Low, double High, double PValue)
{
    /// <summary>Compares a statistic.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="observed">Of the observation.</param>
    /// <param name="simulated">Of each simulation; at least one.</param>
    public static PredictiveStatistic Of(string name, double observed, IReadOnlyCollection<double> simulated)
    {
        ArgumentNullException.ThrowIfNull(simulated);
        ArgumentOutOfRangeException.ThrowIfZero(simulated.Count);
        double[] sorted = [.. simulated.Order()];
        int above = sorted.Count(s => s >= observed), below = sorted.Count(s => s <= observed);
        double rarer = (1.0 + Math.Min(above, below)) / (sorted.Length + 1);
        return new PredictiveStatistic(
            name,
            observed,
            Quantiles.OfSorted(sorted, 0.5),
            Quantiles.OfSorted(sorted, 0.05),
            Quantiles.OfSorted(sorted, 0.95),
            Math.Min(1, 2 * rarer));
    }

    /// <summary>
    /// The usual statistics of a tensor of an observation: a single number itself; of several numbers mean, standard deviation, smallest
    /// and largest.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="observed">Its numbers, F of them.</param>
    /// <param name="simulated">Those of each simulation.</param>
    public static IReadOnlyList<PredictiveStatistic> Usual(string name, double[] observed, IReadOnlyList<double[]> simulated)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ArgumentNullException.ThrowIfNull(simulated);
        (string What, Func<double[], double> Compute)[] statistics = observed.Length == 1
            ? [("", x => x[0])]
            :
            [
                (": mean", x => x.Average()),
                (": standard deviation", Deviation),
                (": smallest", x => x.Min()),
                (": largest", x => x.Max()),
            ];
        return [.. statistics.Select(s => Of(name + s.What, s.Compute(observed), [.. simulated.Select(s.Compute)]))];
    }

    private static double Deviation(double[] x)
    {
        double mean = x.Average();
        return Math.Sqrt(x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1));
    }
}
