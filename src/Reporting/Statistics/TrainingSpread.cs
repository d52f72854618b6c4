namespace Reproduce.Reporting;

/// <summary>How far the mean of one training scatters between trainings (training set, initial weights and batches all new).</summary>
/// <param name="Variance">Of a single training, in the square of the metric's unit.</param>
/// <param name="DegreesOfFreedom">Of the estimate.</param>
/// <param name="Source">Where it was measured, such as "FMPE, 100 steps".</param>
public sealed record TrainingSpread(double Variance, double DegreesOfFreedom, string Source = "")
{
    /// <summary>The spread of a weighted sum of settings of one budget and the same replicates.</summary>
    /// <remarks>
    /// Two or three trainings say little: a small spread among them by luck makes an interval far too short (a nominal 95 % one covers 87 %
    /// where trainings matter most). The same sum at the other budgets says more, so the variance is the larger of the own and of the one
    /// pooled over budgets, this one among them: each weighted by its degrees of freedom, a negative one as it is, the larger of the two
    /// at least 0. Where no other budget has several trainings, the rest that each training's mean holds is left in its variance, which
    /// is too careful by that.
    /// </remarks>
    /// <param name="block">Terms that have at least two replicates, the same ones.</param>
    /// <param name="testSets">The test sets that count.</param>
    internal static TrainingSpread Of(IReadOnlyList<ContrastTerm> block, IReadOnlyList<int> testSets)
    {
        CrossedAnova own = new(Sum(block, t => t.Values, testSets));
        double pooled = (own.Trainings - 1) * own.TrainingVariance, freedom = own.Trainings - 1;
        foreach (CrossedAnova other in OtherBudgets(block))
        {
            pooled += (other.Trainings - 1) * other.TrainingVariance;
            freedom += other.Trainings - 1;
        }

        return freedom > own.Trainings - 1
            ? new TrainingSpread(Math.Max(0, Math.Max(own.TrainingVariance, pooled / freedom)), freedom)
            : new TrainingSpread(own.TrainingSquare / own.TestSets, freedom);
    }

    // The same sum wherever all its terms have several trainings.
    private static IEnumerable<CrossedAnova> OtherBudgets(IReadOnlyList<ContrastTerm> block)
    {
        foreach (int budget in block[0].OtherBudgets.Keys)
        {
            if (
                !block.All(t =>
                    t.OtherBudgets.TryGetValue(budget, out ReplicatedValues? v)
                    && v.Replicates.SequenceEqual(block[0].OtherBudgets[budget].Replicates)
                )
            )
            {
                continue;
            }

            int[] testSets = ReplicatedValues.CommonTestSets([.. block.Select(t => t.OtherBudgets[budget])]);
            if (block[0].OtherBudgets[budget].Replicates.Count > 1 && testSets.Length > 0)
            {
                yield return new CrossedAnova(Sum(block, t => t.OtherBudgets[budget], testSets));
            }
        }
    }

    private static double[,] Sum(
        IReadOnlyList<ContrastTerm> block,
        Func<ContrastTerm, ReplicatedValues> values,
        IReadOnlyList<int> testSets
    )
    {
        int[] replicates = [.. values(block[0]).Replicates];
        double[,] sum = new double[replicates.Length, testSets.Count];
        foreach (ContrastTerm term in block)
        {
            ReplicatedValues own = values(term);
            for (int r = 0; r < replicates.Length; r++)
            {
                for (int j = 0; j < testSets.Count; j++)
                {
                    sum[r, j] += term.Weight * own[replicates[r], testSets[j]];
                }
            }
        }

        return sum;
    }
}
