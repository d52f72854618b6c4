using System.Globalization;
using System.Runtime.InteropServices;
using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Do posteriors say the right thing on average over data sets? Expected calibration error, simulation-based calibration, recovery.
/// </summary>
/// <remarks>
/// Posterior draws have shape [J, S, D] for J data sets; truth [J, D] holds the parameters that made the data. Numbers are compared at the
/// coarser of the two precisions: a true value is not above all draws because it alone kept its digits.
/// </remarks>
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
    /// Ranks of simulation-based calibration (Talts et al. 2018): the fraction of the draws that lie below the true value, and of those
    /// equal to it a random number. They are uniform when the posteriors are exact, of discrete parameters too.
    /// </summary>
    /// <param name="draws">[J, S, D], on any device.</param>
    /// <param name="truth">[J, D].</param>
    /// <param name="key">Ties of data set j and parameter d are broken by the stream key.Child(j).Child(d).</param>
    /// <returns>By parameter, then by data set: D arrays of J fractions, each a multiple of 1/S from 0 to 1.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or numbers that are not finite.</exception>
    public static double[][] Ranks(Tensor draws, Tensor truth, RandomKey key)
    {
        (long sets, long dimensions) = Check(draws, truth);
        double[][] ranks = [.. Enumerable.Range(0, (int)dimensions).Select(_ => new double[sets])];
        ForEach(draws, truth, (j, d, sorted, value) =>
        {
            int below = 0;
            while (below < sorted.Length && sorted[below] < value)
            {
                below++;
            }

            int tied = 0;
            while (below + tied < sorted.Length && sorted[below + tied] == value)
            {
                tied++;
            }

            int rank = tied == 0 ? below : below + new SplitMix64(key.Child(j).Child(d).Value).NextInt(tied + 1);
            ranks[d][j] = (double)rank / sorted.Length;
        });
        return ranks;
    }

    /// <summary>
    /// Counts of ranks in bins, with what uniform ranks give: S + 1 ranks do not always divide evenly, so each bin has its own expected
    /// count and its own range that it keeps with the given probability.
    /// </summary>
    /// <param name="ranks">Fractional ranks of one parameter, multiples of 1/S, [J].</param>
    /// <param name="draws">S.</param>
    /// <param name="bins">Number of bins, at least 2; J / 20 is a good choice. Rank r of 0 .. S is in bin r bins / (S + 1), rounded
    /// down.</param>
    /// <param name="confidence">Of the range, in (0, 1).</param>
    /// <exception cref="ArgumentException">No ranks, numbers that are no multiples of 1/S in [0, 1], or impossible settings.</exception>
    public static RankHistogram RankHistogram(ReadOnlySpan<double> ranks, int draws, int bins, double confidence = 0.95)
    {
        if (draws < 1 || bins < 2 || confidence is not (> 0 and < 1))
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"draws, bins and confidence: expected at least 1, at least 2 and a number between 0 and 1, got {draws}, {bins} and "
                        + $"{confidence}."
                )
            );
        }

        int[] counts = new int[bins];
        foreach (int rank in WholeRanks(ranks, draws))
        {
            counts[(long)rank * bins / (draws + 1L)]++;
        }

        double[] expected = new double[bins];
        int[] low = new int[bins], high = new int[bins];
        Dictionary<long, double[]> tables = [];
        double tail = (1 - confidence) / 2;
        for (int b = 0; b < bins; b++)
        {
            long inside = FirstRank(b + 1) - FirstRank(b);
            double probability = inside / (draws + 1.0);
            if (!tables.TryGetValue(inside, out double[]? cumulative))
            {
                tables[inside] = cumulative = BinomialTable.Cumulative(ranks.Length, probability);
            }

            expected[b] = ranks.Length * probability;
            low[b] = Array.FindIndex(cumulative, c => c >= tail);
            high[b] = Array.FindIndex(cumulative, c => c >= 1 - tail);
        }

        return new RankHistogram(counts, expected, low, high);

        long FirstRank(int bin) => (bin * (draws + 1L) + bins - 1) / bins;
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
        using DisposeScope scope = NewDisposeScope();
        int sets = (int)draws.size(0), count = (int)draws.size(1), dimensions = (int)draws.size(2);
        ScalarType coarser = draws.element_size() < truth.element_size() ? draws.dtype : truth.dtype;
        double[] values = [.. truth.to_type(coarser).to_type(ScalarType.Float64).cpu().contiguous().data<double>()];
        for (int j = 0; j < sets; j++)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor columns = draws.select(0, j).to_type(coarser).to_type(ScalarType.Float64).cpu().t().contiguous(); // [D, S]
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

    private static int[] WholeRanks(ReadOnlySpan<double> ranks, int draws)
    {
        if (ranks.IsEmpty)
        {
            throw new ArgumentException("ranks: expected at least one.", nameof(ranks));
        }

        int[] whole = new int[ranks.Length];
        for (int j = 0; j < whole.Length; j++)
        {
            double rank = Math.Round(ranks[j] * draws);
            if (!(rank >= 0 && rank <= draws && Math.Abs(ranks[j] * draws - rank) < 1e-3))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"ranks: expected multiples of 1/{draws} from 0 to 1, got {ranks[j]}."), nameof(ranks));
            }

            whole[j] = (int)rank;
        }

        return whole;
    }
}
