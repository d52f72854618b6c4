using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.Report;

namespace Reproduce.Tests.Runner;

/// <summary>A report is written anew from the numbers in its folder, in a checkout without any cache.</summary>
public sealed class ReportCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheCommittedResultsAreEnough()
    {
        string results = Copy("tumor");
        string[] before = Numbers(results);
        File.Delete(Path.Combine(results, ReportStage.ReportFile));

        (int exitCode, string output, string errors) = Repository.Run(_folder.Path, "report", "results/tumor");

        string page = File.ReadAllText(Path.Combine(results, ReportStage.ReportFile));
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), errors + output);
            Assert.That(Numbers(results), Is.EqualTo(before), "the numbers are those that were there");
            Assert.That(page, Does.Contain("Claims of the paper: ").And.Contain("figures/recovery.png").And.Contain("| CMPE"));
            Assert.That(
                FigureIndex.Read(Path.Combine(results, "figures", FigureIndex.FileName)).Select(f => f.Name),
                Does.Contain("recovery"),
                "what needs draws is kept"
            );
            Assert.That(
                new FileInfo(Path.Combine(results, HtmlReport.FileName)).Length,
                Is.GreaterThan(1_000_000),
                "a page for a browser, pictures inside"
            );
            Assert.That(Directory.Exists(Path.Combine(_folder.Path, "results", "cache")), Is.False, "nothing was computed");
        });
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AnExperimentFilePlansWhatTheNumbersLack()
    {
        string results = Copy("tumor");
        string experiment = File.ReadAllText(Path.Combine(results, ReportStage.ResolvedFile))
            .Replace("replicates: 1", "replicates: 2", StringComparison.Ordinal)
            .Replace("budgets: [19600]", "budgets: [19600, 3000]", StringComparison.Ordinal)
            .Replace("device: auto", "device: cuda", StringComparison.Ordinal); // Here or elsewhere: nothing is run.
        _folder.File("experiments/tumor.yaml", experiment);

        (int exitCode, string output, string errors) = Repository.Run(_folder.Path, "report", "experiments/tumor.yaml");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), errors + output);
        string report = File.ReadAllText(Path.Combine(results, ReportStage.ReportFile));
        Assert.Multiple(() =>
        {
            Assert.That(report, Does.Contain("1 of 2 trainings measured"));
            Assert.That(report, Does.Contain("acf, 3000 simulations: 0 of 2 trainings measured"));
            Assert.That(report, Does.Not.Contain("Budget 3000"), "a table of holes says nothing");
        });
    }

    [TestCase("seed: ", "1", "'seed' differs")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void OtherSettingsAreRefused(string key, string digit, string expected)
    {
        string results = Copy("tumor");
        string experiment = File.ReadAllText(Path.Combine(results, ReportStage.ResolvedFile))
            .Replace("\n" + key, $"\n{key}{digit}", StringComparison.Ordinal);
        _folder.File("experiments/tumor.yaml", experiment);

        (int exitCode, _, string errors) = Repository.Run(_folder.Path, "report", "experiments/tumor.yaml");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.StartWith("report: expected the settings").And.Contain(expected).And.Not.Contain("   at "));
    }

    [Test]
    public void AFolderWithoutResultsIsRefused()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "results", "nothing"));

        (int exitCode, _, string errors) = Repository.Run(_folder.Path, "report", "results/nothing");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.StartWith("results/nothing: expected a folder of results"));
        Assert.That(
            Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, "results", "nothing")),
            Is.Empty,
            "nothing is written there"
        );
    }

    private static string[] Numbers(string results) =>
        [.. MeasurementTable.Read(MeasurementFile.Find(results)!).Rows.Select(r => r.ToString())];

    private string Copy(string name)
    {
        string source = Path.Combine(Repository.Root, "results", name);
        string target = Path.Combine(_folder.Path, "results", name);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }
}
