using System.Globalization;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Reporting.Nightly;

/// <summary>
/// How often the search for changes is wrong, and how soon it is right, on series of resampled real noise: nights that were never run,
/// asked one after the other as a nightly does. The table is committed as results/nightly/simulation.md.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
internal sealed class ChangeSimulationTests
{
    private const int Series = 1000, Nights = 60, Within = 5;
    private const double QualityStep = 4, SpeedStep = 1.05;
    private static readonly int[] _before = [10, 20, 30, 50];

    // Test sets and rounds of a night.
    private const int TestSets = 20, Rounds = 5, Iterations = 2;

    [Test]
    public void TheCommittedTableIsOfThisCode()
    {
        (string Name, NightlyKind Kind, Func<Random, double> Night, bool IsHeld)[] noises =
        [
            ("quality: trainings of two moons", NightlyKind.Quality, Resample(TrainingNoise()), true),
            ("speed: rounds of two iterations, resampled", NightlyKind.Speed, RoundNoise(BenchmarkNoise()), false),
            .. new[] { 0.01, 0.015, 0.02, 0.03 }.Select(s => (
                string.Create(CultureInfo.InvariantCulture, $"speed: the iterations' noise at a spread of {100 * s:0.#} %"),
                NightlyKind.Speed, Resample([.. Scaled(BenchmarkNoise(), s)]), s <= 0.01)),
        ];
        List<(string Name, int Alarms)> alarming = [];
        List<(string Name, double Found)> missed = [];
        StringBuilder table = new("| noise of a night | spread | false alarms of 1000 flat series |");
        foreach (int before in _before)
        {
            table.Append(CultureInfo.InvariantCulture, $" found of a step after {before} nights |");
        }

        table.Append("\n| --- | ---: | ---: |").Append(string.Concat(_before.Select(_ => " ---: |"))).Append('\n');
        foreach ((string name, NightlyKind kind, Func<Random, double> night, bool isHeld) in noises)
        {
            int alarms = Enumerable.Range(0, Series).Count(s => FirstAlarm(kind, Noise(night, s, Nights), from: 1) is not null);
            double[] found = [.. _before.Select(b => Enumerable.Range(0, Series).Count(s => IsFound(kind, night, s, b)) / (double)Series)];
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {Spread(kind, night)} | {alarms} |")
                .Append(string.Concat(found.Select(f => string.Create(CultureInfo.InvariantCulture, $" {100 * f:0} % |"))))
                .Append('\n');
            alarming.Add((name, alarms));
            if (isHeld)
            {
                missed.AddRange(found[1..].Where(f => f < 0.95).Select(f => (name, f)));
            }
        }

        TestContext.Out.WriteLine(table);
        Assert.That(alarming.Where(a => a.Alarms > Series / 100), Is.Empty, "at most one false alarm in 100 flat series");
        Assert.That(missed, Is.Empty, "steps found within five nights");
        string committed = File.ReadAllText(Path.Combine(Repository.Root, "results", "nightly", "simulation.md")).ReplaceLineEndings("\n");
        Assert.That(committed, Does.EndWith(table.ToString()), "the table above is of this code: commit it");
    }

    private static bool IsFound(NightlyKind kind, Func<Random, double> night, int series, int before)
    {
        double[] values = Noise(night, series, before + Within);
        for (int i = before; i < values.Length; i++)
        {
            values[i] = kind == NightlyKind.Speed ? values[i] * SpeedStep : values[i] + QualityStep;
        }

        return FirstAlarm(kind, values, before + 1, at: before) is not null;
    }

    // The night of the first alarm, of any change or of one within two nights of a place.
    private static int? FirstAlarm(NightlyKind kind, double[] values, int from, int? at = null)
    {
        for (int n = from; n <= values.Length; n++)
        {
            IReadOnlyList<int> changes = NightlySeries.FindChanges(kind, values[..n], [.. Enumerable.Repeat(1.0, n)]);
            if (changes.Any(c => at is null || Math.Abs(c - at.Value) <= 2))
            {
                return n;
            }
        }

        return null;
    }

    private static double[] Noise(Func<Random, double> night, int series, int count)
    {
        Random random = new(series);
        return [.. Enumerable.Range(0, count).Select(_ => night(random))];
    }

    private static string Spread(NightlyKind kind, Func<Random, double> night)
    {
        double[] values = [.. Noise(night, 1, 20000).Select(v => kind == NightlyKind.Speed ? Math.Log(v) : v)];
        double spread = SampleStatistics.StandardError(values)!.Value * Math.Sqrt(values.Length);
        return kind == NightlyKind.Speed
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * spread:0.0} %")
            : string.Create(CultureInfo.InvariantCulture, $"{spread:0.00} standard errors");
    }

    private static Func<Random, double> Resample(double[] values) => random => values[random.Next(values.Length)];

    // A night as the benchmarks measure it: of each round the shortest times of the method and of its floor, of the rounds the median.
    private static Func<Random, double> RoundNoise(double[] iterations)
    {
        return random => SampleStatistics.Quantile(
            [.. Enumerable.Range(0, Rounds).Select(_ => Math.Exp(Shortest(random) - Shortest(random)))], 0.5);

        double Shortest(Random random) => Enumerable.Range(0, Iterations).Min(_ => iterations[random.Next(iterations.Length)]);
    }

    private static IEnumerable<double> Scaled(double[] logarithms, double spread)
    {
        double deviation = SampleStatistics.StandardError(logarithms)!.Value * Math.Sqrt(logarithms.Length);
        return logarithms.Select(l => Math.Exp(spread * l / deviation));
    }

    // What five trainings of a setting differ by, over the standard error of twenty test sets, which are the same ones every night.
    private static double[] TrainingNoise()
    {
        string folder = Path.Combine(Repository.Root, "results", "two_moons");
        IEnumerable<double[][]> settings = MeasurementTable.Read(MeasurementFile.Find(folder)!).Rows
            .Where(r => r.Metric is "c2st" or "rmse" && r.Contender != Measurement.Reference && r.DataSet < TestSets)
            .GroupBy(r => (r.Contender, r.Budget, r.Steps, r.Metric))
            .Select(g => g.GroupBy(r => r.Replicate).Select(t => t.Select(r => r.Value).ToArray()).ToArray())
            .Where(s => s.Length == 5);
        return [.. settings.SelectMany(Deviations)];

        static IEnumerable<double> Deviations(double[][] trainings)
        {
            double error = trainings.Average(t => SampleStatistics.StandardError(t)!.Value);
            double[] means = [.. trainings.Select(t => t.Average())];
            double middle = means.Average(), unbiased = Math.Sqrt(means.Length / (means.Length - 1.0));
            return means.Select(m => unbiased * (m - middle) / error);
        }
    }

    // Of every benchmark of trainings, the logarithms of its iterations' times over their median.
    private static double[] BenchmarkNoise()
    {
        List<double> noise = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "results", "benchmarks"), "*Training*.json").Order())
        {
            using JsonDocument report = JsonDocument.Parse(File.ReadAllText(file));
            foreach (JsonElement benchmark in report.RootElement.GetProperty("Benchmarks").EnumerateArray())
            {
                double[] times =
                    [.. benchmark.GetProperty("Statistics").GetProperty("OriginalValues").EnumerateArray().Select(v => v.GetDouble())];
                double median = SampleStatistics.Quantile(times, 0.5);
                noise.AddRange(times.Select(t => Math.Log(t / median)));
            }
        }

        return [.. noise];
    }
}
