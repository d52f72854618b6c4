using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;

namespace Reproduce.Tests.Runner;

/// <summary>Several experiments by one command, on one page.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class SuiteCommandTests : TinyRun
{
    private const string Suite = """
        name: pair
        title: A pair
        description: Two at once.
        experiments: [tiny.yaml, other.yaml]
        published: others.csv
        """;

    private const string Published = """
        source,experiment,variant,budget,contender,steps,metric,value,note
        somebody,tiny,,128,NPE,1,c2st,0.777,
        """;

    [Test]
    public void ExperimentsAreRunAndTheirPageIsWritten()
    {
        BeginAfterTheRun();
        Folder.File("experiments/other.yaml", Other);
        Folder.File("experiments/pair.suite.yaml", Suite);
        Folder.File("results/published/others.csv", Published);

        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, ["experiments/pair.suite.yaml"]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string folder = Path.Combine(Folder.Path, "results", "pair"), page = File.ReadAllText(Path.Combine(folder, "report.md"));
        Assert.That(page, Does.StartWith("# A pair\n\nTwo at once.\n").And.Contain("C2ST").And.Contain("](other/report.md)"));
        string[] rows = [.. page.Split('\n').Where(l => Regex.IsMatch(l, @"^\| (Tiny|Other) "))];
        Assert.That(rows, Has.Length.EqualTo(2));
        Assert.That(rows[0], Does.Contain("0.777").And.Match(@"0\.\d{3} ± 0\.\d{3}"));
        Assert.That(rows[1], Does.Not.Contain("0.777"));
        Assert.That(File.Exists(Path.Combine(folder, "figures", "c2st_vs_steps_128.png")));
        Assert.That(File.Exists(Path.Combine(folder, "c2st_128.csv")));
    }

    [Test]
    public void ThePageIsWrittenAnewFromWhatThereIs()
    {
        BeginAfterTheRun();
        Folder.File("experiments/other.yaml", Other);
        Folder.File("experiments/pair.suite.yaml", Suite);
        Folder.File("results/published/others.csv", Published);
        string folder = Path.Combine(Folder.Path, "results", "pair"), page = Path.Combine(folder, "report.md");
        (int none, _, string refusal) = Repository.Run(Folder.Path, ["report", "experiments/pair.suite.yaml"]);
        Assert.That((none, refusal), Is.EqualTo((ExitCodes.BadConfiguration, refusal)));
        Assert.That(refusal, Does.Contain("none of its experiments has numbers"));
        Repository.Run(Folder.Path, ["experiments/pair.suite.yaml"]);
        string before = File.ReadAllText(page);
        File.Delete(page);
        Directory.Delete(Path.Combine(Folder.Path, "results", "cache"), recursive: true);

        (int exitCode, string output, string errors) = Repository.Run(Folder.Path, ["report", "experiments/pair.suite.yaml"]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(File.ReadAllText(page), Is.EqualTo(before));

        Directory.Delete(Path.Combine(folder, "other"), recursive: true);
        Repository.Run(Folder.Path, ["report", "experiments/pair.suite.yaml"]);
        string[] rows = [.. File.ReadAllText(page).Split('\n').Where(l => Regex.IsMatch(l, @"^\| (Tiny|Other) "))];
        Assert.That(rows[0], Does.Match(@"0\.\d{3} ± 0\.\d{3}"));
        Assert.That(rows[1], Does.Not.Match(@"0\.\d{3}"), "a hole");
        Assert.That(File.ReadAllText(page), Does.Contain("- [Tiny](tiny/report.md)\n- Other: not run\n"));
    }

    [Test]
    public void AMistakeInTheLastIsToldBeforeTheFirstIsRun()
    {
        Folder.File("experiments/other.yaml", Other.Replace("seed: 5", "sed: 5", StringComparison.Ordinal));
        Folder.File("experiments/pair.suite.yaml", Suite);

        (int exitCode, _, string errors) = Repository.Run(Folder.Path, ["experiments/pair.suite.yaml"]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(errors, Does.Contain("other.yaml").And.Contain("sed"));
        Assert.That(Directory.Exists(Path.Combine(Folder.Path, "results")), Is.False);
    }

    [Test]
    public void TheShippedSuiteHasEveryTaskOfTheBenchmark()
    {
        string folder = Path.Combine(Repository.Root, "experiments", "sbibm");
        string[] files = [.. Directory.EnumerateFiles(folder, "*.yaml").Where(f => !SuiteSettings.IsSuite(f)).Order()];
        string suite = File.ReadAllText(Path.Combine(folder, "sbibm.suite.yaml"));

        Assert.That(files, Has.Length.EqualTo(10));
        foreach (string file in files)
        {
            Assert.That(suite, Does.Contain($"- {Path.GetFileName(file)}"));
            (_, Experiment experiment) = Repository.Request(file, null, null).Load();
            string name = Path.GetFileNameWithoutExtension(file);
            Assert.That(experiment.Name, Is.EqualTo("sbibm-" + name.Replace('_', '-')));
            Assert.That(experiment.Contenders.Values.All(c => c is { Standardise: true, Unbounded: true }));
        }
    }

    /// <summary>CI and the nightly job run every file there.</summary>
    [Test]
    public void TheFolderOfExperimentsHasNoSuite() =>
        Assert.That(Repository.Experiments.Where(SuiteSettings.IsSuite), Is.Empty);

    private static string Other => Experiment.Replace("name: tiny", "name: other", StringComparison.Ordinal)
        .Replace("title: Tiny", "title: Other", StringComparison.Ordinal);
}
