using System.Globalization;
using Reproduce.Compute;
using Reproduce.Kernels;

namespace Reproduce.Evaluation;

/// <summary>
/// Simultaneous bands for the empirical distribution function of ranks (Sailynoja, Burkner and Vehtari 2022), by simulation.
/// </summary>
/// <remarks>
/// At a point z the number of ranks at or below it is binomial. For one uniform sample, gamma is the smallest two-sided tail
/// probability over all points; bands that cut tails of gamma*/2 at every point hold a whole sample exactly when its gamma is at
/// least gamma*. gamma* is therefore the (1 - confidence) quantile of simulated gammas.
/// </remarks>
public static class SimultaneousBands
{
    /// <summary>Bands for the ranks of a number of data sets.</summary>
    /// <param name="dataSets">J, the number of ranks.</param>
    /// <param name="key">Random numbers of the simulation.</param>
    /// <param name="confidence">Probability that uniform ranks stay within at all points, in (0, 1).</param>
    /// <param name="draws">Posterior draws behind each rank: ranks are multiples of 1/S. 0: treat ranks as continuous.</param>
    /// <param name="simulations">Simulated samples; 1000 leave an error of about 0.007 in the coverage.</param>
    /// <returns>Bands at min(J, 1000) equally spaced points.</returns>
    /// <exception cref="ArgumentException">Impossible settings.</exception>
    public static EcdfBands Compute(int dataSets, RandomKey key, double confidence = 0.95, int draws = 0, int simulations = 1000)
    {
        if (dataSets < 2 || confidence is not (> 0 and < 1) || draws < 0 || simulations < 20)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Bands need at least 2 data sets, a confidence between 0 and 1, draws of at least 0 and 20 simulations; got "
                        + $"{dataSets}, {confidence}, {draws}, {simulations}."
                )
            );
        }

        double[] points = Points(Math.Min(dataSets, 1000));
        // A discrete rank is 0/S .. S/S with equal probability.
        double[] probability = [.. points.Select(z => draws == 0 ? z : (Math.Floor(z * draws) + 1) / (draws + 1))];
        double[][] lower = [.. probability.Select(p => BinomialTable.Cumulative(dataSets, p))];
        double[][] upper = [.. probability.Select(p => BinomialTable.Upper(dataSets, p))];
        double[] gammas = new double[simulations];
        Parallel.For(0, simulations, s => gammas[s] = Gamma(dataSets, probability, lower, upper, key.Child(s)));
        Array.Sort(gammas);

        // gamma takes discrete values and one of them is gamma*: the slack keeps that one inside, whatever the rounding.
        double half = Quantiles.OfSorted(gammas, 1 - confidence) / 2 * (1 - 1e-9);
        double[] low = new double[points.Length], high = new double[points.Length];
        for (int k = 0; k < points.Length; k++)
        {
            low[k] = (double)Array.FindIndex(lower[k], c => c >= half) / dataSets;
            high[k] = (double)Array.FindLastIndex(upper[k], c => c >= half) / dataSets;
        }

        return new EcdfBands(points, probability, low, high, confidence);
    }

    private static double Gamma(int dataSets, double[] probability, double[][] lower, double[][] upper, RandomKey key)
    {
        var random = new SplitMix64(key.Value);
        double[] sample = new double[dataSets];
        foreach (ref double u in sample.AsSpan())
        {
            u = random.NextDouble();
        }

        Array.Sort(sample);
        double gamma = 1;
        int count = 0;
        for (int k = 0; k < probability.Length; k++)
        {
            while (count < dataSets && sample[count] <= probability[k])
            {
                count++;
            }

            gamma = Math.Min(gamma, 2 * Math.Min(lower[k][count], upper[k][count]));
        }

        return gamma;
    }

    private static double[] Points(int count)
    {
        const double Edge = 1e-5;
        return [.. Enumerable.Range(0, count).Select(k => Edge + k * (1 - 2 * Edge) / (count - 1))];
    }
}
