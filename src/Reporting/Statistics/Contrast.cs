namespace Reproduce.Reporting;

/// <summary>
/// A weighted sum of the means of settings with an interval over another draw of test sets and another set of trainings. Trainings and test
/// sets are crossed: every training is scored on the same test sets.
/// </summary>
/// <remarks>
/// The variance of the sum is a sum over its causes.
/// <list type="bullet">
/// <item>Test sets: the weighted sum is taken per test set, trainings averaged first; its sample variance over the root of their number, J
/// - 1 degrees of freedom. What is left in a cell (the rest) is in it.</item>
/// <item>Trainings: settings of one budget and the same replicates share their training sets, so the weighted sum is taken per replicate;
/// the component between replicates (<see cref="TrainingSpread"/>, by the method of moments) over their number. Settings of other budgets
/// or of other replicates count as independent, which is too careful where they are not.</item>
/// <item>A setting with one training: the component of the nearest setting of that contender that has several; near in budget first, then
/// in steps, both by their ratio, the lower of two at one ratio. A time of another setting is brought to this one's by the ratio of their
/// means. Without such a setting a time has the relative spread of its other budgets, one value each; anything else is left out, and
/// <see cref="ContrastEstimate.OneTraining"/> says so.</item>
/// <item>A number of all test sets has no sample over them: of the largest calibration error of J test sets the standard deviation is taken
/// as 0.25 over the root of J, of that of a single parameter as 0.37 over it, of a distance of coverage (TARP) as 0.26 over it, and as
/// known; of a time it is 0. Of any other (a contraction, a z-score, a p-value) it is not known, and there is no interval.</item>
/// </list>
/// The interval is Student's with Satterthwaite's degrees of freedom. results/benchmarks/intervals.md compares it with others.
/// </remarks>
public static class Contrast
{
    /// <summary>The weighted sum over the test sets that every training of every term has; null when there is none.</summary>
    /// <param name="terms">At least one.</param>
    public static ContrastEstimate? Estimate(params IReadOnlyList<ContrastTerm> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.Any(t => t.Values.PerTestSet != terms[0].Values.PerTestSet))
        {
            return null;
        }

        int[] testSets = ReplicatedValues.CommonTestSets([.. terms.Select(t => t.Values)]);
        if (testSets.Length == 0)
        {
            return null;
        }

        double[] perTestSet = [.. testSets.Select(j => terms.Sum(t => t.Weight * t.Values.Replicates.Average(r => t.Values[r, j])))];
        VarianceSum variance = new();
        bool perSet = terms[0].Values.PerTestSet, unknown = perSet && testSets.Length == 1;
        if (testSets.Length > 1)
        {
            double error = SampleStatistics.StandardError(perTestSet)!.Value;
            variance.Add(error * error, testSets.Length - 1);
        }
        else if (!perSet)
        {
            unknown = terms.Any(t => t.Values.TestSetDeviation is null);
            variance.Add(terms.Sum(t => Math.Pow(t.Weight * (t.Values.TestSetDeviation ?? 0), 2)), double.PositiveInfinity);
        }

        List<string> borrowed = [];
        bool oneTraining = false;
        foreach (ContrastTerm[] block in Blocks(terms))
        {
            if (block[0].Values.Replicates.Count > 1)
            {
                TrainingSpread shown = TrainingSpread.Of(block, testSets);
                variance.Add(shown.Variance / block[0].Values.Replicates.Count, shown.DegreesOfFreedom);
            }
            else if (block[0].Elsewhere is TrainingSpread spread)
            {
                variance.Add(block[0].Weight * block[0].Weight * spread.Variance, spread.DegreesOfFreedom);
                borrowed.Add(spread.Source);
            }
            else
            {
                oneTraining = true;
            }
        }

        // One number without a second training or test set says nothing of its scatter.
        unknown |= !perSet && oneTraining && variance.Variance == 0;
        return new ContrastEstimate
        {
            Value = perTestSet.Average(),
            StandardError = unknown ? null : Math.Sqrt(variance.Variance),
            DegreesOfFreedom = variance.DegreesOfFreedom,
            TestSets = perSet ? testSets.Length : 0,
            LeftOut = perSet ? terms.SelectMany(t => t.Values.AnyTestSets).Distinct().Count() - testSets.Length : 0,
            Trainings = [.. terms.Select(t => t.Values.Replicates.Count)],
            OneTraining = oneTraining,
            Borrowed = [.. borrowed.Distinct()],
            PerTestSet = perSet ? perTestSet : [],
        };
    }

    /// <summary>The second minus the first, of results that have neither test sets nor trainings in common.</summary>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    public static ContrastEstimate Difference(ContrastEstimate first, ContrastEstimate second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        VarianceSum variance = new();
        foreach (ContrastEstimate part in new[] { first, second }.Where(p => p.StandardError > 0))
        {
            variance.Add(part.StandardError!.Value * part.StandardError.Value, part.DegreesOfFreedom);
        }

        return new ContrastEstimate
        {
            Value = second.Value - first.Value,
            StandardError = first.StandardError is null || second.StandardError is null ? null : Math.Sqrt(variance.Variance),
            DegreesOfFreedom = variance.DegreesOfFreedom,
            TestSets = Math.Min(first.TestSets, second.TestSets),
            Trainings = [.. second.Trainings, .. first.Trainings],
            OneTraining = first.OneTraining || second.OneTraining,
            Borrowed = [.. first.Borrowed.Union(second.Borrowed)],
        };
    }

    // Terms that share their trainings or training sets; a term with one training is alone, as its spread comes from elsewhere.
    private static IEnumerable<ContrastTerm[]> Blocks(IReadOnlyList<ContrastTerm> terms) =>
        terms
            .Select(
                (t, i) =>
                    (Term: t, Key: t.Values.Replicates.Count == 1 ? $"one, {i}" : $"{t.Budget}: {string.Join(' ', t.Values.Replicates)}")
            )
            .GroupBy(t => t.Key)
            .Select(g => g.Select(t => t.Term).ToArray());
}
