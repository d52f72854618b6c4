using Reproduce.Compute;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>Result of a family of two-sample tests.</summary>
/// <param name="PValue">Probability, under equal distributions, of any statistic of the family being as large as the largest one.</param>
/// <param name="LargestMean">Largest difference of means, in its standard error.</param>
/// <param name="LargestSpread">Largest difference of mean absolute deviations, in its standard error.</param>
/// <param name="WorstColumn">Where the largest statistic is.</param>
/// <param name="Tested">Number of columns that vary.</param>
/// <param name="UnequalConstants">Columns that are constant in both samples, but not the same constant.</param>
internal sealed record MaxStatisticResult(
    double PValue, double LargestMean, double LargestSpread, int WorstColumn, int Tested, int[] UnequalConstants);

/// <summary>
/// Compares means and spreads of many correlated columns of two samples by permutation of the rows: Westfall and Young's (1993)
/// single-step maximum statistic, which holds the family-wise level whatever the distributions and correlations are.
/// </summary>
/// <remarks>
/// Spread is compared as Brown and Forsythe (1974) do, through the mean absolute deviation from the sample's own median; permuting
/// those deviations is exact up to the estimation of the medians. Statistics are the difference of sample means over its permutation
/// standard deviation, a monotone function of the pooled t statistic.
/// </remarks>
internal static class MaxStatisticTest
{
    // Reference files are printed with seven digits; a column that varies less is a constant.
    private const double ConstantTolerance = 1e-6;

    public static MaxStatisticResult Run(double[][] small, double[][] large, int permutations, RandomKey key)
    {
        int columns = small[0].Length;
        int rows = small.Length + large.Length;
        double[][] all = [.. small, .. large];
        var standardised = new List<double[]>();
        var where = new List<(int Column, bool Spread)>();
        var unequal = new List<int>();
        int tested = 0;
        for (int c = 0; c < columns; c++)
        {
            double[] values = [.. all.Select(r => r[c])];
            double scale = Math.Max(values.Max(Math.Abs), 1e-300);
            if (values[..small.Length].Max() - values[..small.Length].Min() <= ConstantTolerance * scale
                && values[small.Length..].Max() - values[small.Length..].Min() <= ConstantTolerance * scale)
            {
                if (Math.Abs(values[0] - values[^1]) > ConstantTolerance * scale)
                {
                    unequal.Add(c);
                }

                continue;
            }

            tested++;
            Add(values, (c, false));
            Add([.. Deviations(values[..small.Length]), .. Deviations(values[small.Length..])], (c, true));
        }

        // Statistic of a choice of rows: the sum of their standardised values, in units of its permutation standard deviation.
        double unit = Math.Sqrt((double)small.Length * large.Length / rows);
        int[] order = [.. Enumerable.Range(0, rows)];
        double[] observed = Statistics();
        double largest = observed.DefaultIfEmpty(0).Max();
        int atLeast = 1;
        var random = new Xoshiro256(key);
        for (int p = 0; p < permutations; p++)
        {
            for (int i = 0; i < small.Length; i++)
            {
                int other = i + random.NextIndex(rows - i);
                (order[i], order[other]) = (order[other], order[i]);
            }

            if (Statistics().DefaultIfEmpty(0).Max() >= largest)
            {
                atLeast++;
            }
        }

        int worst = Array.IndexOf(observed, largest);
        return new MaxStatisticResult(
            (double)atLeast / (permutations + 1),
            Largest(false),
            Largest(true),
            worst < 0 ? -1 : where[worst].Column,
            tested,
            [.. unequal]
        );

        void Add(double[] values, (int, bool) place)
        {
            double mean = values.Average();
            double sd = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            if (sd > 0)
            {
                standardised.Add([.. values.Select(v => (v - mean) / sd)]);
                where.Add(place);
            }
        }

        double[] Statistics()
        {
            double[] statistics = new double[standardised.Count];
            for (int s = 0; s < statistics.Length; s++)
            {
                double[] values = standardised[s];
                double sum = 0;
                for (int i = 0; i < small.Length; i++)
                {
                    sum += values[order[i]];
                }

                statistics[s] = Math.Abs(sum) / unit;
            }

            return statistics;
        }

        double Largest(bool spread) => observed.Where((_, s) => where[s].Spread == spread).DefaultIfEmpty(0).Max();
    }

    private static double[] Deviations(double[] values)
    {
        double[] sorted = [.. values.Order()];
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return [.. values.Select(v => Math.Abs(v - median))];
    }
}
