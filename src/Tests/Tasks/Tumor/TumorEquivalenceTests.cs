using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tasks.Tumor;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>
/// The simulator against the original program: means and spreads of every time point and of the radial bins in groups of ten at eight
/// parameter settings, with a family-wise level of 1 % over all settings and outputs. The seeds are fixed, so a pass stays a pass.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
[TestFixture]
public sealed class TumorEquivalenceTests
{
    private const double FamilyWiseLevel = 0.01;
    private const int Permutations = 4000;

    [Test]
    [TestCaseSource(nameof(SettingNumbers))]
    public void AHundredRunsAgreeWithTheOriginalAndItsReplica(int number)
    {
        TumorSetting setting = TumorReferenceData.Settings.Single(s => s.Number == number);
        double[][] ours = TumorReferenceData.OurRuns(TumorLattice.Standard, setting, 100);
        MaxStatisticResult original = CompareWithOriginal(ours, setting);
        Assert.That(original.UnequalConstants, Is.Empty);
        Assert.That(original.PValue, Is.GreaterThan(FamilyWiseLevel / TumorReferenceData.Settings.Length), original.ToString());

        TumorSummary[] summaries = [.. TumorReferenceData.ReplicaSummaries().Where(s => s.Lattice == 'A' && s.Setting == number)];
        SummaryComparisonResult replica = SummaryComparison.Run(ours, summaries);
        Assert.That(replica.UnequalConstants, Is.Empty);
        Assert.That(
            replica.Largest,
            Is.LessThan(SummaryComparison.Bound(2 * summaries.Length * TumorReferenceData.Settings.Length, FamilyWiseLevel)),
            TumorReferenceData.Describe(replica.WorstColumn, TumorReferenceData.Bins));
        Assert.That(replica.Tested, Is.GreaterThan(40));
    }

    [Test]
    public void TheTestsSeeADifferentModel()
    {
        // The same simulator with a division rate 4 % higher: a model error of this size must not pass as equivalent.
        TumorSetting setting = TumorReferenceData.Settings[0];
        TumorSetting changed = setting with
        {
            Parameters = setting.Parameters with { DivisionRate = 1.04 * setting.Parameters.DivisionRate },
        };
        double[][] ours = TumorReferenceData.OurRuns(TumorLattice.Standard, changed, 100);
        Assert.That(CompareWithOriginal(ours, setting).PValue, Is.LessThan(0.001));
        TumorSummary[] summaries = [.. TumorReferenceData.ReplicaSummaries().Where(s => s.Lattice == 'A' && s.Setting == setting.Number)];
        Assert.That(SummaryComparison.Run(ours, summaries).Largest, Is.GreaterThan(SummaryComparison.Bound(10_000, FamilyWiseLevel)));
    }

    [Test]
    public void TheMaximumStatisticHoldsItsLevelAndFindsShiftsAndSpreads()
    {
        var random = new Xoshiro256(RandomKey.FromSeed(3));
        int rejected = 0;
        for (int repeat = 0; repeat < 200; repeat++)
        {
            MaxStatisticResult same = MaxStatisticTest.Run(Sample(20, 0, 1), Sample(60, 0, 1), 199, RandomKey.FromSeed(repeat));
            rejected += same.PValue <= 0.1 ? 1 : 0;
        }

        // 20 of 200 expected at level 0.1, standard deviation 4.2: four of them.
        Assert.That(rejected, Is.EqualTo(20).Within(17));

        MaxStatisticResult shifted = MaxStatisticTest.Run(Sample(20, 2, 1), Sample(60, 0, 1), 999, RandomKey.FromSeed(1));
        Assert.That((shifted.PValue, shifted.WorstColumn), Is.EqualTo((0.001, 4)));
        Assert.That(shifted.LargestMean, Is.GreaterThan(4));
        MaxStatisticResult wider = MaxStatisticTest.Run(Sample(20, 0, 4), Sample(60, 0, 1), 999, RandomKey.FromSeed(1));
        Assert.That((wider.PValue, wider.WorstColumn), Is.EqualTo((0.001, 4)));
        Assert.That(wider.LargestSpread, Is.GreaterThan(4));

        double[][] ones = [.. Sample(5, 0, 1).Select(r => new[] { 1.0, r[0] })];
        double[][] twos = [.. Sample(5, 0, 1).Select(r => new[] { 2.0, r[0] })];
        Assert.That(MaxStatisticTest.Run(ones, twos, 99, RandomKey.FromSeed(1)).UnequalConstants, Is.EqualTo(new[] { 0 }));

        // Ten correlated columns, the fifth one shifted and stretched; skewed, as many outputs are.
        double[][] Sample(int rows, double shift, double stretch) =>
        [
            .. Enumerable.Range(0, rows).Select(_ =>
            {
                double common = random.NextExponential();
                double[] row = [.. Enumerable.Range(0, 10).Select(_ => common + random.NextExponential())];
                row[4] = 2 + shift * Math.Sqrt(2) + stretch * (row[4] - 2);
                return row;
            }),
        ];
    }

    internal static MaxStatisticResult CompareWithOriginal(double[][] ours, TumorSetting setting) => MaxStatisticTest.Run(
        TumorReferenceData.OriginalRuns(setting.Number),
        [.. ours.Select(TumorReferenceData.Grouped)],
        Permutations,
        RandomKey.FromSeed(6).Child("permutations").Child(setting.Number));

    private static IEnumerable<int> SettingNumbers() => TumorReferenceData.Settings.Select(s => s.Number);
}
