using System.Globalization;
using System.Text;
using NUnit.Framework;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>
/// Writes results/benchmarks/intervals.md: the coverage of candidates for the interval of the reports, at the components that were
/// measured.
/// Run it by name: dotnet test src/Tests --filter Name=WriteTheComparisonOfIntervals (some minutes on two cores).
/// </summary>
[TestFixture]
[Explicit("Rewrites a committed table")]
[Category("Slow")]
public sealed class IntervalComparison
{
    private const int Simulations = 1000, TestSets = 100;

    // Between trainings and, of one training, over test sets: the committed measurements show the latter.
    private static readonly (string Name, double Training, double PerSet)[] s_quantities =
    [
        ("mixture 1024: mean of CMPE-10", 0.0037, 0.042),
        ("mixture 1024: CMPE-10 less NSF", 0.0048, 0.041),
        ("two moons 512: CMPE-10 less FMPE-1000", 0.0061, 0.031),
        ("two moons 512: CMPE-10 less CMPE-30", 0.0020, 0.031),
        ("kinematics 1024: CMPE-10 less NSF", 0.0050, 0.016),
        ("kinematics 512: CMPE-10 less CMPE-30", 0.0020, 0.0084),
        ("two moons 512, as if trainings were all alike", 0, 0.031),
    ];

    private readonly StringBuilder _text = new();
    private readonly List<double> _chosen = [];

    [Test]
    public void WriteTheComparisonOfIntervals()
    {
        Head();
        Heading("Quantity");
        foreach ((string name, double training, double perSet) in s_quantities)
        {
            Rows(name, training, perSet, 1);
        }

        double worst = _chosen.Min(), most = _chosen.Max();
        _text.Append("""

            ## Where the spread between trainings differs between budgets

            The pooled spread takes the trainings of all budgets for alike. Where those of the other budgets scatter 0.7 or 1.5 times as much:


            """.ReplaceLineEndings("\n"));
        Heading("two moons 512: CMPE-10 less FMPE-1000");
        Rows("others 0.7 times", 0.0061, 0.031, 0.7);
        Rows("others 1.5 times", 0.0061, 0.031, 1.5);
        File.WriteAllText(Path.Combine(Repository.Root, "results", "benchmarks", "intervals.md"), _text.ToString());
        Assert.That(new[] { worst, most }, Is.All.InRange(0.93, 0.98));
    }

    private void Head() =>
        _text.Append(
            """
            # The interval of a mean over trainings and test sets

            Every training of a contender is scored on the same 100 test sets, so the scores are a table of trainings by test sets with a spread of its own for
            either and a rest in every cell. The table below is a simulation with normal effects: how often a nominal 95 % interval covers the true mean, in
            percent, and in brackets the mean of half its width times 1000.

            - **Quantity**: the spread between trainings and over test sets is what was measured for it (one training's spread over test sets holds the rest).
              Of that variance over test sets *rest* is what another training does not repeat; both shares are shown as one training cannot tell them apart.
            - **reported: all budgets** is what the reports use: Student's t with Satterthwaite's degrees of freedom, the variance of test sets plus that of
              trainings, the latter the larger of what this budget's trainings show and what those of all budgets (5, 5, 3, 3 and 2 trainings) show together.
            - **reported: this budget only** is what remains of it where no other budget was trained several times.
            - **components, Satterthwaite**: the textbook's interval with the components of this budget alone. **fiducial**: the generalised pivot from the
              same mean squares. **bootstrap of both**: trainings and test sets drawn again (400 times). **t over test sets** and **t over trainings** average
              over the other first.

            With two trainings of this budget alone nothing covers 95 % at a width of any use: one degree of freedom is too little to learn a variance from.

            Made by `dotnet test src/Tests --filter Name=WriteTheComparisonOfIntervals`.


            """.ReplaceLineEndings("\n")
        );

    private void Heading(string first)
    {
        string[] names = [first, "rest", "trainings", .. IntervalCandidates.All.Select(c => c.Name)];
        _text
            .Append("| ")
            .AppendJoin(" | ", names)
            .Append(" |\n| --- |")
            .Append(string.Concat(names.Skip(1).Select(_ => " ---: |")))
            .Append('\n');
    }

    private void Rows(string name, double training, double perSet, double others)
    {
        foreach (double share in new[] { 0.25, 0.75 })
        {
            foreach (int trainings in new[] { 2, 3, 5 })
            {
                (double Coverage, double Width)[] results = Simulate(trainings, Components.Split(training, perSet, share), others);
                _chosen.Add(results[0].Coverage);
                _text.Append(CultureInfo.InvariantCulture, $"| {name} | {100 * share:F0} % | {trainings} |");
                foreach ((double coverage, double width) in results)
                {
                    _text.Append(CultureInfo.InvariantCulture, $" {100 * coverage:F1} ({1000 * width:F1}) |");
                }

                _text.Append('\n');
            }
        }
    }

    // Coverage and mean half width of each candidate.
    private static (double Coverage, double Width)[] Simulate(int trainings, Components own, double others)
    {
        int count = IntervalCandidates.All.Count;
        int[] covered = new int[count];
        double[] width = new double[count];
        List<int> rest = [5, 5, 3, 3, 2];
        rest.Remove(trainings);
        Parallel.For(0, Simulations, s =>
        {
            Random random = new((1000 * trainings) + s);
            double[,] table = SimulatedScores.Table(random, trainings, TestSets, 0, own);
            double[][,] budgets =
            [
                .. rest.Select(n => SimulatedScores.Table(random, n, TestSets, 0, own with { Training = others * own.Training })),
            ];
            for (int c = 0; c < count; c++)
            {
                (double low, double high) = IntervalCandidates.All[c].Interval(table, budgets, random);
                lock (covered)
                {
                    covered[c] += low <= 0 && high >= 0 ? 1 : 0;
                    width[c] += (high - low) / 2 / Simulations;
                }
            }
        });
        return [.. covered.Select((n, c) => ((double)n / Simulations, width[c]))];
    }
}
