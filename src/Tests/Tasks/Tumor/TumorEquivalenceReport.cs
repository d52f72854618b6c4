using System.Text;
using NUnit.Framework;
using Reproduce.Tasks.Tumor;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Tasks.Tumor;

/// <summary>
/// Writes results/tumor/equivalence.md and its figures: the full comparison with the original, a thousand runs per setting.
/// Run it by name: dotnet test src/Tests -c Release --filter Name=WriteTheEquivalenceReport (two minutes on one core).
/// </summary>
[TestFixture]
[Explicit("Rewrites a committed report")]
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class TumorEquivalenceReport
{
    private const int Runs = 1000;
    private const double FamilyWiseLevel = 0.01;
    private readonly StringBuilder _text = new();

    [Test]
    public void WriteTheEquivalenceReport()
    {
        string folder = Path.Combine(Repository.Root, "results", "tumor");
        Directory.CreateDirectory(folder);
        TumorSetting[] settings = TumorReferenceData.Settings;
        double[][][] ours = [.. settings.Select(s => TumorReferenceData.OurRuns(TumorLattice.Standard, s, Runs))];
        MaxStatisticResult[] original = [.. settings.Select((s, i) => TumorEquivalenceTests.CompareWithOriginal(ours[i], s))];
        TumorSummary[] summaries = TumorReferenceData.ReplicaSummaries();
        var replica = settings
            .Select((s, i) => (Name: $"{s.Number} {s.Name}", Result: SummaryComparison.Run(ours[i], Of(summaries, 'A', s.Number))))
            .ToList();
        double[][] other = TumorReferenceData.OurRuns(new TumorLattice(LatticeOrder.XThenY), settings[0], Runs);
        replica.Add(("0 default, lattice B", SummaryComparison.Run(other, Of(summaries, 'B', 0))));
        double bound = SummaryComparison.Bound(replica.Sum(r => 2 * r.Result.Tested), FamilyWiseLevel);

        double smallest = original.Min(r => r.PValue) * settings.Length;
        bool agreesWithOriginal = smallest > FamilyWiseLevel && original.All(r => r.UnequalConstants.Length == 0);
        bool agreesWithReplica = replica.All(r => r.Result.Largest < bound && r.Result.UnequalConstants.Length == 0);
        WriteHead(agreesWithOriginal, agreesWithReplica);
        WriteOriginal(settings, original, smallest);
        WriteReplica(replica, bound);
        WriteDefaults(ours[0], Of(summaries, 'A', 0));
        Line("## Both overlaid");
        Line();
        Line("Grey: mean and mean +- one standard deviation of the original's runs; colour: ours.");
        Line();
        foreach ((string name, string title) in TumorEquivalenceFigures.Write(folder, settings, ours))
        {
            Line($"![{title}]({name})");
            Line();
        }

        File.WriteAllText(Path.Combine(folder, "equivalence.md"), _text.ToString());
        Assert.That((agreesWithOriginal, agreesWithReplica), Is.EqualTo((true, true)), _text.ToString());
    }

    private void WriteHead(bool original, bool replica)
    {
        Line("# The tumour simulator is statistically equivalent to the original");
        Line();
        Line($"Written by the test `WriteTheEquivalenceReport` from {Runs} runs of ours per setting (lattice A unless stated).");
        Line("Reference data and their origin: `src/Tests/Data/tumor`. Family-wise level of each of the two comparisons: 1 %.");
        Line();
        Line($"* Against runs of the original program: {(original ? "no difference found" : "**a difference was found**")}.");
        Line(
            $"* Against 400 runs per setting of its bit-exact replica: {(replica ? "no difference found" : "**a difference was found**")}."
        );
        Line();
    }

    private void WriteOriginal(TumorSetting[] settings, MaxStatisticResult[] results, double smallest)
    {
        Line("## Against the original's runs");
        Line();
        Line("Means and spreads (mean absolute deviation from the median) of 20 time points and of both profiles in groups of ten bins.");
        Line("p is the permutation probability of the setting's largest statistic (Westfall-Young, 4000 permutations): it holds for all");
        Line("statistics of a setting together. Over the settings Bonferroni: p x 8 is to exceed 0.01.");
        Line();
        Line("| setting | original's runs | varying outputs | largest difference of means (se) | of spreads (se) | at | p |");
        Line("|---|---|---|---|---|---|---|");
        foreach ((TumorSetting s, MaxStatisticResult r) in settings.Zip(results))
        {
            int runs = TumorReferenceData.OriginalRuns(s.Number).Length;
            Line($"| {s.Number} {s.Name} | {runs} | {r.Tested} | {r.LargestMean:F2} | {r.LargestSpread:F2} | " +
                 $"{TumorReferenceData.Describe(r.WorstColumn, TumorReferenceData.Groups)} | {r.PValue:F3} |");
        }

        Line();
        Line(
            $"Smallest p x {settings.Length}: {smallest:F2}. Outputs constant in both but unequal: "
                + $"{results.Sum(r => r.UnequalConstants.Length)}."
        );
        Line();
    }

    private void WriteReplica(List<(string Name, SummaryComparisonResult Result)> results, double bound)
    {
        Line("## Against 400 runs of the replica");
        Line();
        Line("Two-sample z values of means and of log standard deviations of every time point and every single bin. Outputs in which only");
        Line($"a few runs differ from all others are left out (sparse). Bonferroni bound for |z| over all of them: {bound:F2}.");
        Line();
        Line("| setting | tested | sparse | rms z of means | of sds | largest z of means | of sds | at |");
        Line("|---|---|---|---|---|---|---|---|");
        foreach ((string name, SummaryComparisonResult r) in results)
        {
            Line($"| {name} | {r.Tested} | {r.Sparse} | {r.RmsMean:F2} | {r.RmsSd:F2} | {r.LargestMean:F2} | {r.LargestSd:F2} | " +
                 $"{TumorReferenceData.Describe(r.WorstColumn, TumorReferenceData.Bins)} |");
        }

        Line();
        Line(
            "Neighbouring bins and times are strongly correlated, so one rms z is a few independent numbers: it scatters around 1 widely."
        );
        Line();
    }

    private void WriteDefaults(double[][] ours, TumorSummary[] replica)
    {
        Line("## Means (standard deviations) at the default parameters");
        Line();
        Line("| output | original, 20 runs | replica, 400 runs | ours |");
        Line("|---|---|---|---|");
        double[][] original = TumorReferenceData.OriginalRuns(0);
        foreach (int column in new[] { 0, 4, 9, 14, 19 })
        {
            TumorSummary r = replica.Single(s => s.Column == column);
            Line(
                $"| {TumorReferenceData.Describe(column, TumorReferenceData.Bins)} | {Moments(original, column)} | {r.Mean:G4} "
                    + $"({r.Sd:G2}) | {Moments(ours, column)} |"
            );
        }

        double[][] grouped = [.. ours.Select(TumorReferenceData.Grouped)];
        foreach (int group in new[] { 0, 5, 15, 29, 30, 35, 45 })
        {
            int column = TumorReferenceData.GrowthColumns + group;
            Line(
                $"| {TumorReferenceData.Describe(column, TumorReferenceData.Groups)} | {Moments(original, column)} | | "
                    + $"{Moments(grouped, column)} |"
            );
        }

        Line();
    }

    private static string Moments(double[][] runs, int column)
    {
        double mean = runs.Average(r => r[column]);
        double sd = Math.Sqrt(runs.Sum(r => (r[column] - mean) * (r[column] - mean)) / (runs.Length - 1));
        return $"{mean:G4} ({sd:G2})";
    }

    private static TumorSummary[] Of(TumorSummary[] all, char lattice, int setting) =>
        [.. all.Where(s => s.Lattice == lattice && s.Setting == setting)];

    // The whole build runs in the invariant culture (Directory.Build.props), so interpolation needs no provider here.
    private void Line(string line = "") => _text.Append(line).Append('\n');
}
