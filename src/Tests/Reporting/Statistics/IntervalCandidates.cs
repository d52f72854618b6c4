using MathNet.Numerics.Distributions;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>
/// Ways to make a 95 % interval of a mean over trainings and test sets, for the comparison in results/benchmarks/intervals.md.
/// </summary>
internal static class IntervalCandidates
{
    private const int Resamples = 400;

    /// <summary>
    /// Name and interval of each candidate; the first is the one that the reports use. Only that one looks at the other budgets.
    /// </summary>
    public static IReadOnlyList<(string Name, Func<double[,], double[][,], Random, (double Low, double High)> Interval)> All { get; } =
    [
        ("reported: all budgets", Reported),
        ("reported: this budget only", (t, _, _) => Reported(t, [], null!)),
        ("components, Satterthwaite", (t, _, _) => Components(t)),
        ("fiducial", (t, _, random) => Fiducial(t, random)),
        ("bootstrap of both", (t, _, random) => BootstrapOfBoth(t, random)),
        ("t over test sets", (t, _, _) => Student(Margins(t).TestSets)),
        ("t over trainings", (t, _, _) => Student(Margins(t).Trainings)),
    ];

    private static (double Low, double High) Reported(double[,] table, double[][,] others, Random random)
    {
        ContrastEstimate estimate = Contrast.Estimate(SimulatedScores.Term(table) with
        {
            OtherBudgets = others.Select((o, i) => (i, SimulatedScores.Values(o))).ToDictionary(o => o.i, o => o.Item2),
        })!;
        return (estimate.Low, estimate.High);
    }

    // The textbook's: components by the method of moments, none below 0, from these trainings alone.
    private static (double Low, double High) Components(double[,] table)
    {
        CrossedAnova anova = new(table);
        VarianceSum variance = new();
        variance.Add(anova.TestSetSquare / (anova.Trainings * anova.TestSets), anova.TestSets - 1);
        variance.Add(Math.Max(0, anova.TrainingVariance) / anova.Trainings, anova.Trainings - 1);
        return Around(anova.Mean, Math.Sqrt(variance.Variance), variance.DegreesOfFreedom);
    }

    // Generalised pivot: the components that the mean squares leave possible, drawn from their chi-squared distributions.
    private static (double Low, double High) Fiducial(double[,] table, Random random)
    {
        CrossedAnova anova = new(table);
        int r = anova.Trainings,
            j = anova.TestSets;
        double rest = (r - 1) * (j - 1) * anova.RestSquare,
            bySum = (r - 1) * anova.TrainingSquare / j,
            byTest = (j - 1) * anova.TestSetSquare / r;
        double[] draws = new double[Resamples];
        for (int d = 0; d < draws.Length; d++)
        {
            double error = rest / ChiSquared.Sample(random, (r - 1) * (j - 1));
            double training = Math.Max(error / j, bySum / ChiSquared.Sample(random, r - 1)) - error / j;
            double testSet = Math.Max(error / r, byTest / ChiSquared.Sample(random, j - 1)) - error / r;
            draws[d] = anova.Mean + Math.Sqrt(training / r + testSet / j + error / (r * j)) * Normal.Sample(random, 0, 1);
        }

        return Percentiles(draws);
    }

    // Owen's pigeonhole bootstrap (2007): trainings and test sets are drawn again, each on its own.
    private static (double Low, double High) BootstrapOfBoth(double[,] table, Random random)
    {
        int r = table.GetLength(0), j = table.GetLength(1);
        double[] draws = new double[Resamples];
        int[] sets = new int[j];
        for (int d = 0; d < draws.Length; d++)
        {
            for (int b = 0; b < j; b++)
            {
                sets[b] = random.Next(j);
            }

            double sum = 0;
            for (int a = 0; a < r; a++)
            {
                int training = random.Next(r);
                foreach (int set in sets)
                {
                    sum += table[training, set];
                }
            }

            draws[d] = sum / (r * j);
        }

        return Percentiles(draws);
    }

    private static (double Low, double High) Student(double[] values) =>
        Around(values.Average(), SampleStatistics.StandardError(values)!.Value, values.Length - 1);

    private static (double Low, double High) Around(double mean, double error, double freedom)
    {
        double half = error * StudentT.InvCDF(0, 1, freedom, 0.975);
        return (mean - half, mean + half);
    }

    private static (double Low, double High) Percentiles(double[] draws) =>
        (SampleStatistics.Quantile(draws, 0.025), SampleStatistics.Quantile(draws, 0.975));

    private static (double[] Trainings, double[] TestSets) Margins(double[,] table)
    {
        CrossedAnova anova = new(table);
        return (anova.PerTraining, anova.PerTestSet);
    }
}
