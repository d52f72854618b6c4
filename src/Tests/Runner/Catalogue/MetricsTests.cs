using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Report;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner.Catalogue;

/// <summary>The list of metrics, and what becomes of scores in the cache when it changes.</summary>
public sealed class MetricsTests
{
    private const string Experiment = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: two-moons}
        simulations: {budgets: [128], validation: 32}
        test: {data_sets: 2, draws: 50}
        summary: {kind: direct}
        contenders:
          acf:
            kind: acf
            flow: {layers: 1, units: 8}
            training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}
        scores: {c2st: {max_epochs: 3}, mmd: {max_draws: 50}}
        """;

    private TemporaryFolder _folder = null!;
    private RunPlan _plan = null!;

    private ScoreJob Floor => _plan.Scores[0];

    /// <summary>Test data sets and exact draws of a tiny experiment, all that the floor's score needs.</summary>
    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        string file = _folder.File("experiments/tiny.yaml", Experiment);
        (_, Experiment experiment) = Repository.Request(file).Load();
        _plan = new RunPlan(experiment, "paper", _folder.Path, "cpu");
        Run(_plan.TestSet);
        Run(_plan.Reference!);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    /// <summary>A metric without a style would have no label, no digits and no direction.</summary>
    [Test]
    public void EveryMetricHasAStyleAndANameOfItsOwn()
    {
        string[] names = [.. Metrics.All.Select(m => m.Style.Name), .. Metrics.Times.Select(t => t.Style.Name), MetricStyle.Passes];

        Assert.That(names, Is.Unique.And.EquivalentTo(MetricStyle.All.Select(s => s.Name)));
    }

    [Test]
    public void AScoreHasAFileForEachMetricAndRowsForEachDataSet()
    {
        Run(Floor);

        Assert.Multiple(() =>
        {
            Assert.That(Floor.Folder.IsComplete);
            Assert.That(
                Floor.Metrics.Select(m => m.File),
                Is.SupersetOf(new[] { "c2st.v1.npz", "mmd2.v1.npz", "rmse.v1.npz", "ece_max.v1.npz" })
            );
            Assert.That(Floor.Metrics.All(m => File.Exists(Floor.Folder.FileOf(m.File))));
            Assert.That(Rows(Floor).Count(r => r.Name == MetricStyle.C2st), Is.EqualTo(2));
            Assert.That(Rows(Floor).Select(r => r.Name), Does.Contain("ece_1").And.Contain("ece_2").And.Contain(MetricStyle.MaxEce));
        });
    }

    /// <summary>A new metric and a new version are computed from the draws in the cache, and nothing else is.</summary>
    [Test]
    public void OnlyWhatAStoredScoreLacksIsComputed()
    {
        List<string> computed = [];
        Metric first = Counted("first", 1), second = Counted("second", 1), third = Counted("third", 1);
        ScoreJob before = Job(first, second);
        Run(before);
        Assert.That(Job(first, second).Folder.IsComplete);
        computed.Clear();
        ScoreJob now = Job(first, second with { Version = 2 }, third);
        Assert.That(now.Folder.IsComplete, Is.False);
        Assert.That(now.Folder.Path, Is.EqualTo(before.Folder.Path), "new metrics do not rename a folder");

        Run(now);

        Assert.Multiple(() =>
        {
            Assert.That(computed, Is.EqualTo(new[] { "second", "third" }));
            Assert.That(now.Folder.IsComplete);
            Assert.That(now.Folder.FindCorruption(), Is.Null);
            Assert.That(Rows(now).Select(r => r.Name), Is.EqualTo(new[] { "first", "first", "second", "second", "third", "third" }));
            Assert.That(before.Folder.IsComplete, Is.False, "the earlier version is gone");
        });

        Metric Counted(string name, int version) => Metric.PerDataSet(name, inputs =>
        {
            computed.Add(name);
            return RootMeanSquareError.PerDataSet(inputs.Draws, inputs.TruthOfDraws);
        }) with
        { Version = version };
    }

    /// <summary>
    /// Scores of before metrics had files of their own stand in one file: it counts as the first version of what is in it.
    /// </summary>
    [Test]
    public void AnOldScoreIsTheFirstVersionOfItsMetrics()
    {
        Metric rmse = Metrics.All.Single(m => m.Style.Name == MetricStyle.Rmse);
        Metric unknown = Metric.PerDataSet("unknown", inputs => [1, 2]);
        StageFolder old = Job().Folder;
        using (old.Begin())
        {
            using IDisposable scope = NewDisposeScope();
            Npz.Write(old.WorkFile("scores.npz"), new Dictionary<string, Tensor> { [MetricStyle.Rmse] = tensor([7.0, 8.0]) });
            old.Commit(TimeSpan.FromSeconds(3));
        }

        Assert.That(Job(rmse).Folder.IsComplete);
        Assert.That(Job(rmse with { Version = 2 }).Folder.IsComplete, Is.False);
        ScoreJob both = Job(rmse, unknown);
        Run(both);

        Assert.Multiple(() =>
        {
            Assert.That(Rows(both).Select(r => r.Value), Is.EqualTo(new[] { 7.0, 8, 1, 2 }));
            Assert.That(both.Folder.Seconds, Is.GreaterThanOrEqualTo(3), "the time of before counts too");
        });
    }

    /// <summary>What was changed after it was written is not taken over.</summary>
    [Test]
    public void ADamagedScoreIsComputedAnew()
    {
        Metric rmse = Metrics.All.Single(m => m.Style.Name == MetricStyle.Rmse);
        ScoreJob before = Job(rmse);
        Run(before);
        double[] right = [.. Rows(before).Select(r => r.Value)];
        using (IDisposable scope = NewDisposeScope())
        {
            Npz.Write(before.Folder.FileOf(rmse.File), new Dictionary<string, Tensor> { [MetricStyle.Rmse] = tensor([7.0, 8.0]) });
        }

        ScoreJob now = Job(rmse, Metric.PerDataSet("unknown", inputs => [1, 2]));
        Run(now);

        Assert.That(Rows(now).Take(2).Select(r => r.Value), Is.EqualTo(right));
    }

    /// <summary>
    /// Parameters that do not vary have no contraction, and sets whose draws do not vary no z-score; the means are of the others.
    /// </summary>
    [Test]
    public void WhatDoesNotVaryIsLeftOutOfTheMeans()
    {
        Metric zScore = Metrics.All.Single(m => m.Style.Name == MetricStyle.ZScore);

        Assert.That(
            Metrics.Contraction.Rows(Arrays(MetricStyle.Contraction, 0.5, double.NegativeInfinity, 0.7)),
            Is.EqualTo(new[] { ("contraction_1", (int?)null, 0.5), ("contraction_3", null, 0.7), (MetricStyle.Contraction, null, 0.6) }));
        Assert.That(
            zScore.Rows(Arrays(MetricStyle.ZScore, -1, double.NaN, double.PositiveInfinity, 7)).Single().Value,
            Is.EqualTo(5).Within(1e-12));

        static Dictionary<string, double[]> Arrays(string name, params double[] values) => new() { [name] = values };
    }

    /// <summary>A number that no file can hold is a hole with its reason, and the results can be read again.</summary>
    /// <param name="bad">What came out of one data set.</param>
    [TestCase(double.NaN)]
    [TestCase(double.NegativeInfinity)]
    public void ANumberThatIsNotFiniteIsAHole(double bad)
    {
        Run(Floor);
        Metric rmse = Metrics.All.Single(m => m.Style.Name == MetricStyle.Rmse);
        using (IDisposable scope = NewDisposeScope())
        {
            Npz.Write(Floor.Folder.FileOf(rmse.File), new Dictionary<string, Tensor> { [MetricStyle.Rmse] = tensor([bad, 8.0]) });
        }

        MeasurementFile.Write(new MeasurementTable(Measurements.Gather(_plan)), _folder.Path);
        MeasurementTable read = MeasurementTable.Read(MeasurementFile.Find(_folder.Path)!);

        Measurement[] rows = [.. read.Rows.Where(r => r.Contender == Measurement.Reference && r.Metric == MetricStyle.Rmse)];
        Assert.That(rows.Select(r => (r.Value, r.Status)), Is.EqualTo(new[] { (double.NaN, Measurement.NotFinite), (8, Measurement.Ok) }));
    }

    private ScoreJob Job(params Metric[] metrics) => new(_plan.Scope, _plan.TestSet, _plan.Reference, sample: null, metrics);

    private void Run(IJob job)
    {
        using IDisposable? claim = job.Folder.Begin();
        job.Run(JobContext.Of(_plan.Experiment, CPU, CancellationToken.None), new JobProgress((_, _) => { }, _ => { }));
    }

    private static List<(string Name, int? DataSet, double Value)> Rows(ScoreJob job) =>
        [.. job.Metrics.SelectMany(m => m.Rows(StoredScores.Read(job.Folder, m)))];
}
