using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Reporting;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Report;

namespace Reproduce.Tests.Runner;

/// <summary>What a run adds to a report, and what it must not take away.</summary>
public sealed class EarlierResultsTests
{
    /// <summary>A checkout that lies elsewhere goes on with its results: what the files say counts, not where they are.</summary>
    [TestCase("task.folder=/elsewhere", false)]
    [TestCase("task.version=another", true)]
    public void WhereTheFilesOfATaskLieDecidesNoNumber(string setting, bool differs)
    {
        string file = Path.Combine(Repository.Root, "experiments", "examples", "decay.yaml");
        string Task(params string[] settings) =>
            DecidingSettings.Of(Repository.Request(file, null, null, ["task.version=one", .. settings]).Load().Experiment, [])["task"];

        Assert.That(Task(setting) != Task(), Is.EqualTo(differs));
    }

    [Test]
    public void WhatFailedThisTimeTakesNothingAway()
    {
        MeasurementTable before = new([Row("acf", 1, 0.7), Row("cmpe", 2, 0.6), Row("cmpe", 10, 0.65)]);
        EarlierResults earlier = new(before, null!, [], new Dictionary<string, string>());

        Measurement[] rows = [.. earlier.MergedInto([Row("cmpe", 2, null), Row("cmpe", 10, 0.5), Row("nsf", 1, null)])];

        Assert.That(
            rows.OrderBy(r => r.Contender, StringComparer.Ordinal)
                .ThenBy(r => r.Steps)
                .Select(r => (r.Contender, r.Steps, r.Status, r.Value)),
            Is.EqualTo(
                new[] { ("acf", 1, "ok", 0.7), ("cmpe", 2, "ok", 0.6), ("cmpe", 10, "ok", 0.5), ("nsf", 1, "no memory", double.NaN) }
            )
        );
    }

    [Test]
    public void SettingsOfContendersWithoutNumbersDecideNothing()
    {
        Dictionary<string, string> settings = new() { ["seed"] = "1", ["contenders.acf"] = "2", ["contenders.cmpe"] = "3" };

        Dictionary<string, string> kept = DecidingSettings.Restrict(settings, ["cmpe", "reference"]);

        Assert.That(kept, Is.EqualTo(new Dictionary<string, string> { ["seed"] = "1", ["contenders.cmpe"] = "3" }));
        Assert.That(
            DecidingSettings.Merge(new Dictionary<string, string> { ["seed"] = "1", ["contenders.acf"] = "4" }, kept),
            Is.EqualTo(new Dictionary<string, string> { ["seed"] = "1", ["contenders.acf"] = "4", ["contenders.cmpe"] = "3" }));
    }

    /// <summary>Numbers of another precision, which a GPU may have, are not kept, whichever of run and report has it.</summary>
    [Test]
    public void ThePrecisionDecides()
    {
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml")).Load();
        Dictionary<string, string> exact = DecidingSettings.Of(experiment with { Precision = Precision.Float32 }, []);
        Dictionary<string, string> rough = DecidingSettings.Of(experiment with { Precision = Precision.Tf32 }, []);

        Assert.That(exact.Keys, Has.None.EqualTo("precision"), "reports of before have none");
        Assert.That(
            new[] { (exact, exact), (rough, rough), (exact, rough), (rough, exact) }
                .Select(pair => DecidingSettings.FirstDifference(pair.Item1, pair.Item2)),
            Is.EqualTo(new[] { null, null, "precision", "precision" }));
    }

    /// <summary>A spreadsheet holds the numbers of before: what they were measured with is still said beside them.</summary>
    [Test]
    public void NumbersThatCannotBeReplacedKeepTheirManifest()
    {
        using TemporaryFolder folder = new();
        string output = Path.Combine(folder.Path, "out"), aside = Path.Combine(folder.Path, "aside");
        folder.File("out/manifest.json", "before");
        folder.File("out/measurements.csv/held", ""); // A folder in the way.
        folder.File("aside/manifest.json", "after");
        folder.File("aside/measurements.csv", "after");

        Assert.That(() => ReportStage.Publish(aside, output, []), Throws.InstanceOf<SystemException>());
        Assert.That(File.ReadAllText(Path.Combine(output, "manifest.json")), Is.EqualTo("before"));

        // The same with numbers in a file of another name: then nothing says how those that stay were measured, and nothing keeps them.
        File.Move(Path.Combine(aside, "measurements.csv"), Path.Combine(aside, "measurements.csv.gz"));
        Assert.That(() => ReportStage.Publish(aside, output, []), Throws.InstanceOf<SystemException>());
        Assert.That(File.Exists(Path.Combine(output, "manifest.json")), Is.False);
        Directory.Delete(Path.Combine(output, "measurements.csv"), recursive: true);
        folder.File("again/manifest.json", "after");
        folder.File("again/measurements.csv.gz", "after");
        ReportStage.Publish(Path.Combine(folder.Path, "again"), output, []);
        Assert.That(
            Directory.EnumerateFileSystemEntries(output).Select(f => (Path.GetFileName(f), File.ReadAllText(f))),
            Is.EquivalentTo(new[] { ("manifest.json", "after"), ("measurements.csv.gz", "after") }));
    }

    /// <summary>The report's local C2ST is of an observation: numbers of another one are not kept beside it.</summary>
    [Test]
    public void WhatIsInTheObservationsFileDecides()
    {
        using TemporaryFolder folder = new();
        (_, Experiment experiment) = Repository.Request(Path.Combine(Repository.Root, "experiments", "examples", "influenza.yaml")).Load();

        Dictionary<string, string> one = Settings("a.json", "[1, 2]"), same = Settings("b.json", "[1, 2]");
        Dictionary<string, string> other = Settings("a.json", "[1, 3]");

        Assert.That(same, Is.EqualTo(one));
        Assert.That(other.Where(s => one[s.Key] != s.Value).Select(s => s.Key), Is.EqualTo(new[] { "infer.observation" }));
        Assert.That(
            DecidingSettings.Of(experiment with { Infer = new InferSettings() }, []).Keys,
            Is.EquivalentTo(one.Keys.Except(["infer.observation"])));

        Dictionary<string, string> Settings(string name, string text)
        {
            folder.File(name, text);
            return DecidingSettings.Of(
                experiment with { Infer = new InferSettings { Observation = Path.Combine(folder.Path, name) } }, []);
        }
    }

    private static Measurement Row(string contender, int steps, double? value) => new()
    {
        Experiment = "tiny",
        Variant = "paper",
        Contender = contender,
        Budget = 64,
        Replicate = 0,
        Steps = steps,
        Metric = "c2st",
        DataSet = 0,
        Value = value ?? double.NaN,
        Status = value is null ? "no memory" : "ok",
    };
}
