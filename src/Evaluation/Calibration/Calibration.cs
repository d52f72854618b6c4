using System.Runtime.InteropServices;
using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Do posteriors say the right thing on average over data sets? Expected calibration error, simulation-based calibration, recovery.
/// </summary>
/// <remarks>Posterior draws have shape [J, S, D] for J data sets; truth [J, D] holds the parameters that made the data.</remarks>
public static class Calibration
{
    /// <summary>
    /// Expected calibration error: over 20 levels from 0.005 to 0.995 the median of | part of the data sets whose central interval
    /// of that level holds the true value - level |, for each parameter.
    /// </summary>
    /// <param name="draws">[J, S, D], on any device.</param>
    /// <param name="truth">[J, D].</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, or numbers that are not finite.</exception>
    public static CalibrationError ExpectedCalibrationError(Tensor draws, Tensor truth)
    {
        (long sets, long dimensions) = Check(draws, truth);
        int[][] inside = [.. Enumerable.Range(0, (int)dimensions).Select(_ => new int[CalibrationLevels.Count])];
        ForEach(draws, truth, (_, d, sorted, value) =>
        {
            for (int k = 0; k < CalibrationLevels.Count; k++)
            {
                double tail = (1 - CalibrationLevels.Of(k)) / 2;
                if (value >= Quantiles.OfSorted(sorted, tail) && value <= Quantiles.OfSorted(sorted, 1 - tail))
                {
                    inside[d][k]++;
                }
            }
        });
        return new CalibrationError([.. inside.Select(counts => CalibrationLevels.Error(counts, sets))]);
    }

    /// <summary>
    /// Ranks of simulation-based calibration (Talts et al. 2018): the fraction of the draws that lie strictly below the true value.
    /// They are uniform when the posteriors are exact.
    /// </summary>
    /// <param name="draws">[J, S, D], on any device.</param>
    /// <param name="truth">[J, D].</param>
    /// <returns>By parameter, then by data set: D arrays of J fractions, each a multiple of 1/S from 0 to 1.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or numbers that are not finite.</exception>
    public static double[][] Ranks(Tensor draws, Tensor truth)
    {
        (long sets, long dimensions) = Check(draws, truth);
        double[][] ranks = [.. Enumerable.Range(0, (int)dimensions).Select(_ => new double[sets])];
        ForEach(draws, truth, (j, d, sorted, value) =>
        {
            int below = 0;
            foreach (double draw in sorted)
            {
                if (!(draw < value))
                {
                    break;
                }

                below++;
            }

            ranks[d][j] = (double)below / sorted.Length;
        });
        return ranks;
    }

    /// <summary>Counts of ranks in bins of equal width, with the range that a single bin keeps with the given probability.</summary>
    /// <param name="ranks">Fractional ranks of one parameter, [J].</param>
    /// <param name="bins">Number of bins, at least 2; J / 20 is a good choice.</param>
    /// <param name="confidence">Of the range, in (0, 1).</param>
    /// <exception cref="ArgumentException">No ranks, numbers outside [0, 1], or impossible settings.</exception>
    public static RankHistogram RankHistogram(ReadOnlySpan<double> ranks, int bins, double confidence = 0.95)
    {
        CheckRanks(ranks);
        if (bins < 2 || confidence is not (> 0 and < 1))
        {
            throw new ArgumentException($"bins and confidence: expected at least 2 and a number between 0 and 1, got {bins} and {confidence}.");
        }

        int[] counts = new int[bins];
        foreach (double rank in ranks)
        {
            counts[Math.Min(bins - 1, (int)(rank * bins))]++;
        }

        double[] cumulative = BinomialTable.Cumulative(ranks.Length, 1.0 / bins);
        double tail = (1 - confidence) / 2;
        int low = Array.FindIndex(cumulative, c => c >= tail), high = Array.FindIndex(cumulative, c => c >= 1 - tail);
        return new RankHistogram(counts, (double)ranks.Length / bins, low, high);
    }

    /// <summary>Recovery: posterior mean, median and central interval beside the true value, for each parameter.</summary>
    /// <param name="draws">[J, S, D], on any device.</param>
    /// <param name="truth">[J, D].</param>
    /// <param name="level">Of the central intervals, in (0, 1).</param>
    /// <returns>One per parameter.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, numbers that are not finite, or an impossible level.</exception>
    public static Recovery[] Recover(Tensor draws, Tensor truth, double level = 0.9)
    {
        (long sets, long dimensions) = Check(draws, truth);
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentException($"level: expected a number between 0 and 1, got {level}.", nameof(level));
        }

        Recovery[] recovered = [.. Enumerable.Range(0, (int)dimensions).Select(_ => new Recovery((int)sets))];
        ForEach(draws, truth, (j, d, sorted, value) =>
        {
            double mean = 0;
            foreach (double draw in sorted)
            {
                mean += draw;
            }

            recovered[d].Truth[j] = value;
            recovered[d].Mean[j] = mean / sorted.Length;
            recovered[d].Median[j] = Quantiles.OfSorted(sorted, 0.5);
            recovered[d].Low[j] = Quantiles.OfSorted(sorted, (1 - level) / 2);
            recovered[d].High[j] = Quantiles.OfSorted(sorted, (1 + level) / 2);
        });
        return recovered;
    }

    private delegate void Visit(int dataSet, int parameter, double[] sorted, double truth);

    /// <summary>Visits the sorted draws of every parameter of every data set.</summary>
    private static void ForEach(Tensor draws, Tensor truth, Visit visit)
    {
        using IDisposable inference = no_grad();
        using var scope = NewDisposeScope();
        int sets = (int)draws.size(0), count = (int)draws.size(1), dimensions = (int)draws.size(2);
        double[] values = [.. truth.to_type(ScalarType.Float64).cpu().contiguous().data<double>()];
        for (int j = 0; j < sets; j++)
        {
            using var step = NewDisposeScope();
            Tensor columns = draws.select(0, j).to_type(ScalarType.Float64).cpu().t().contiguous(); // [D, S]
            for (int d = 0; d < dimensions; d++)
            {
                // The tensor may be the caller's own storage, so the copy is what gets sorted.
                double[] column = MemoryMarshal.Cast<byte, double>(columns.bytes).Slice(d * count, count).ToArray();
                Array.Sort(column);
                visit(j, d, column, values[j * dimensions + d]);
            }
        }
    }

    private static (long Sets, long Dimensions) Check(Tensor draws, Tensor truth)
    {
        Require.Truth(draws, truth);
        Require.Finite(draws, nameof(draws));
        Require.Finite(truth, nameof(truth));
        return (draws.size(0), draws.size(2));
    }

    private static void CheckRanks(ReadOnlySpan<double> ranks)
    {
        if (ranks.IsEmpty)
        {
            throw new ArgumentException("ranks: expected at least one.", nameof(ranks));
        }

        foreach (double rank in ranks)
        {
            if (rank is not (>= 0 and <= 1))
            {
                throw new ArgumentException(FormattableString.Invariant($"ranks: expected numbers from 0 to 1, got {rank}."), nameof(ranks));
            }
        }
    }
}
