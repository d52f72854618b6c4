using System.Globalization;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner.CommandLine;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Reporting.Nightly;

/// <summary>What a commit costs, against the interval by hand.</summary>
public sealed class BenchmarkRatioTests
{
    // Student's 97.5 % point with 2 degrees of freedom, from a printed table.
    private const double T2 = 4.30265;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void ARatioIsTheGeometricMeanOfRoundsWithStudentsInterval()
    {
        double[] first = [10, 20, 10], second = [12, 26, 11];
        for (int i = 0; i < 3; i++)
        {
            Write($"a-{i + 1}", first[i]);
            Write($"b-{i + 1}", second[i]);
        }

        BenchmarkRatio ratio = BenchmarkRatio.Of(
            [.. Enumerable.Range(1, 3).Select(i => ((IReadOnlyList<string>)[Report($"a-{i}")], (IReadOnlyList<string>)[Report($"b-{i}")]))])
            .Single(r => r.Name == "TrainingBenchmarks.Step (cmpe, 10)");

        double[] logs = [Math.Log(1.2), Math.Log(1.3), Math.Log(1.1)];
        double mean = logs.Average(), half = T2 * Math.Sqrt(logs.Sum(l => (l - mean) * (l - mean)) / 2 / 3);
        Assert.Multiple(() =>
        {
            Assert.That(ratio.Ratio, Is.EqualTo(Math.Exp(mean)).Within(1e-12));
            Assert.That(ratio.Low, Is.EqualTo(Math.Exp(mean - half)).Within(1e-5));
            Assert.That(ratio.High, Is.EqualTo(Math.Exp(mean + half)).Within(1e-5));
            Assert.That((ratio.First, ratio.Second, ratio.Rounds), Is.EqualTo((0.010, 0.012, 3)));
            Assert.That(ratio.Verdict, Is.EqualTo("undecided"), "three rounds at 10 to 30 % do not exclude 1");
        });
    }

    [TestCase(1.2, "slower")]
    [TestCase(0.8, "faster")]
    public void TheTableSaysWhichIsSlower(double factor, string expected)
    {
        for (int i = 1; i <= 4; i++)
        {
            Write($"a-{i}", 10 + i);
            Write($"b-{i}", (10 + i) * factor * (1 + (0.001 * i)));
        }

        using StringWriter console = new();
        RatiosCommand.Run(_folder.Path, console);

        Assert.That(console.ToString(), Does.Match($@"Step \(cmpe, 10\) +\|.*\| +4 \| {expected} +\|"));
    }

    [Test]
    public void OneRoundIsRefused()
    {
        Write("a-1", 10);
        Write("b-1", 10);

        Assert.That(
            () => RatiosCommand.Run(_folder.Path, TextWriter.Null),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("two rounds"));
    }

    private string Report(string name) => Path.Combine(_folder.Path, name, "results", "TrainingBenchmarks-report-full.json");

    // Milliseconds, with an iteration on either side: the median counts.
    private void Write(string name, double milliseconds)
    {
        double[] nanoseconds = [0.9 * milliseconds * 1e6, milliseconds * 1e6, 7 * milliseconds * 1e6];
        string times = string.Join(", ", nanoseconds.Select(t => t.ToString("R", CultureInfo.InvariantCulture)));
        _folder.File(
            Path.GetRelativePath(_folder.Path, Report(name)),
            $$"""
            {"Benchmarks": [
              {"Type": "TrainingBenchmarks", "Method": "Step", "Parameters": "Contender=cmpe&Steps=10",
               "Statistics": { "OriginalValues": [{{times}}] } },
              {"Type": "TrainingBenchmarks", "Method": "Failed", "Parameters": "", "Statistics": null}
            ]}
            """);
    }
}
