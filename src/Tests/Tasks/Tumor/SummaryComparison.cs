using MathNet.Numerics.Distributions;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>A comparison of our runs with means and standard deviations of others'.</summary>
/// <param name="Tested">Number of columns whose mean and standard deviation were compared.</param>
/// <param name="Sparse">Columns left out because too few runs differ from the rest for a normal approximation.</param>
/// <param name="RmsMean">Root mean square of the means' z values; 1 when the distributions are equal.</param>
/// <param name="RmsSd">The same of the standard deviations.</param>
/// <param name="LargestMean">Largest |z| of a mean.</param>
/// <param name="LargestSd">Largest |z| of a standard deviation.</param>
/// <param name="WorstColumn">Where the largest |z| is.</param>
/// <param name="UnequalConstants">Columns that are constant in both, but not the same constant.</param>
internal sealed record SummaryComparisonResult(
    int Tested, int Sparse, double RmsMean, double RmsSd, double LargestMean, double LargestSd, int WorstColumn, int[] UnequalConstants)
{
    /// <summary>Largest |z| of all.</summary>
    public double Largest => Math.Max(LargestMean, LargestSd);
}

/// <summary>Two-sample z tests of means and of log standard deviations where of one sample only these are known.</summary>
internal static class SummaryComparison
{
    // A standard deviation's own error grows with the fourth moment. Beyond this kurtosis (9 is an exponential's) a few hundred runs
    // hold only some dozens of informative ones, and neither z value is normal.
    private const double LargestKurtosis = 15;

    // The same of the sample whose kurtosis is not known: sd over the sd of a normal distribution with its 5 % and 95 % quantiles
    // (1.05 for a uniform, 1.12 for an exponential distribution); larger where a few runs in a hundred lie far from all others.
    private const double LargestTail = 1.5;
    private const double NormalSpan = 2 * 1.6449;
    private const double ConstantTolerance = 1e-6;

    /// <summary>Compares the columns of our runs with summaries of the same columns.</summary>
    public static SummaryComparisonResult Run(double[][] ours, IReadOnlyList<TumorSummary> theirs)
    {
        var mean = new List<double>();
        var sd = new List<double>();
        var columns = new List<int>();
        var unequal = new List<int>();
        int sparse = 0;
        foreach (TumorSummary other in theirs)
        {
            double[] values = [.. ours.Select(r => r[other.Column])];
            double average = values.Average();
            double variance = values.Sum(v => (v - average) * (v - average)) / (values.Length - 1);
            double own = Math.Sqrt(variance);
            double scale = Math.Max(Math.Abs(other.Mean), Math.Abs(average)) * ConstantTolerance;
            if (own <= scale && other.Sd <= scale)
            {
                if (Math.Abs(average - other.Mean) > scale)
                {
                    unequal.Add(other.Column);
                }

                continue;
            }

            double kurtosis = values.Average(v => Math.Pow(v - average, 4)) / (variance * variance);
            bool heavyTail = other.Sd > LargestTail * (other.Q95 - other.Q05) / NormalSpan;
            if (own <= scale || other.Sd <= scale || kurtosis > LargestKurtosis || heavyTail)
            {
                sparse++;
                continue;
            }

            mean.Add((average - other.Mean) / Math.Sqrt(variance / values.Length + other.Sd * other.Sd / other.Runs));

            // Variance of log s is (kurtosis - 1) / (4 n); the kurtosis is ours for both.
            sd.Add(Math.Log(own / other.Sd) / Math.Sqrt((kurtosis - 1) / 4 * (1.0 / values.Length + 1.0 / other.Runs)));
            columns.Add(other.Column);
        }

        double largestMean = mean.Select(Math.Abs).DefaultIfEmpty(0).Max();
        double largestSd = sd.Select(Math.Abs).DefaultIfEmpty(0).Max();
        List<double> worst = largestMean >= largestSd ? mean : sd;
        int worstIndex = worst.FindIndex(z => Math.Abs(z) == Math.Max(largestMean, largestSd));
        return new SummaryComparisonResult(
            mean.Count, sparse, Rms(mean), Rms(sd), largestMean, largestSd, worstIndex < 0 ? -1 : columns[worstIndex], [.. unequal]);
    }

    /// <summary>The |z| that the largest of a number of tests exceeds with at most the given probability (Bonferroni).</summary>
    public static double Bound(int tests, double familyWiseLevel) => Normal.InvCDF(0, 1, 1 - familyWiseLevel / (2 * tests));

    private static double Rms(List<double> z) => Math.Sqrt(z.Select(v => v * v).DefaultIfEmpty(0).Average());
}
