using System.Diagnostics;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Tests.Tasks.External;

namespace Reproduce.Tests.Runner;

/// <summary>The examples of problems of one's own: a simulator in Python, one in R, and a file of simulations.</summary>
public sealed class ExamplesTests
{
    private static string Folder => Path.Combine(Repository.Root, "experiments", "examples");

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)!).Order();

    /// <summary>The folder of the files is the experiment file's, and a version says what is in them.</summary>
    /// <param name="file">The example's file.</param>
    [TestCaseSource(nameof(Files))]
    public void EveryExampleBindsAndFindsItsFiles(string file)
    {
        (YamlMap tree, Experiment experiment) = Repository.Request(Path.Combine(Folder, file)).Load();

        Reproduce.Tasks.IFileBound task = (Reproduce.Tasks.IFileBound)experiment.Task;
        Assert.Multiple(() =>
        {
            Assert.That(experiment.Name + ".yaml", Is.EqualTo(file));
            Assert.That(task.Folder, Is.EqualTo(Folder));
            Assert.That(task.Version, Does.StartWith("sha256 "));
            Assert.That(task.FilesIn(Folder), Is.Not.Empty);
            Assert.That(YamlWriter.Write(tree), Does.Contain(task.Version!), "who reads the experiment as run need not find the files");
            Assert.That(experiment.Contenders.Values.All(c => c.Standardise), "other people's units are not ours");
        });
    }

    /// <summary>Who changes a simulator gets other simulations, in other folders; who moves it does not.</summary>
    [Test]
    public void TheContentOfTheFilesDecides()
    {
        using TemporaryFolder first = new(), second = new();
        string before = Version(first, "y = 1\n"), moved = Version(second, "y = 1\n"), after = Version(first, "y = 2\n");

        Assert.That(moved, Is.EqualTo(before));
        Assert.That(after, Is.Not.EqualTo(before));

        static string Version(TemporaryFolder folder, string script)
        {
            folder.File("simulator.py", script);
            string file = folder.File("own.yaml", Own);
            return ((Reproduce.Tasks.IFileBound)Repository.Request(file).Load().Experiment.Task).Version!;
        }
    }

    [TestCase("[no-such-program]", "prior: {kind: normal, mean: 0, sd: 1}", "task.command: there is no program 'no-such-program'")]
    [TestCase("[python3]", "prior: {kind: norml, mean: 0, sd: 1}", "own.yaml(6,40): task.parameters[0].prior.kind: expected one of beta,")]
    [TestCase("[python3]", "prior: {kind: normal, mean: 0, sd: -1}", "own.yaml(6,61): task.parameters[0].prior.sd: expected")]
    [TestCase("[python3]", "label: a", "expected a 'prior' of every parameter, or 'offers: [prior]'")]
    [TestCase("[]", "prior: {kind: normal, mean: 0, sd: 1}", "own.yaml(5,12): task.command: expected 1 to 1000 items, got 0")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void BadSettingsEndTheRunWithTheirPlace(string command, string parameter, string expected)
    {
        using TemporaryFolder folder = new();
        folder.File(
            "own.yaml",
            Own.Replace("[python3, simulator.py]", command, StringComparison.Ordinal)
                .Replace("prior: {kind: normal, mean: 0, sd: 1}", parameter, StringComparison.Ordinal));

        (int exitCode, string output, string errors) = Repository.Run(folder.Path, "own.yaml");

        Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration), output + errors);
        Assert.That(errors, Does.Contain(expected));
    }

    /// <summary>From the file to the report, small; the second run finds everything done and starts no program.</summary>
    /// <param name="name">The example.</param>
    [TestCase("influenza")]
    [TestCase("ricker")]
    [TestCase("decay")]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AnExampleRunsToItsReport(string name)
    {
        using TemporaryFolder folder = new();
        string[] own = name switch
        {
            "influenza" => [$"task.command=[{Python.OrIgnore()}, influenza.py]"],
            "ricker" => [$"task.command=[{RscriptOrIgnore()}, --vanilla, ricker.R]"],
            _ => [],
        };
        string[] arguments =
        [
            $"experiments/examples/{name}.yaml",
            .. own.Concat(
            [
                "simulations={budgets: [300], validation: 50}",
                "test={data_sets: 20, draws: 100}",
                "contenders.*.training.epochs=2",
                "contenders.*:cmpe.training.epochs=40",
                "contenders.*:cmpe.consistency={s0: 2, s1: 4}",
                "sampling={repeats: 1}",
            ]).SelectMany(s => new[] { "--set", s }),
            "--out", Path.Combine(folder.Path, "out"),
            "--cache", Path.Combine(folder.Path, "cache"),
        ];

        (int exitCode, string output, string errors) = Repository.Run(Repository.Root, arguments);
        (int again, string second, string secondErrors) = Repository.Run(Repository.Root, arguments);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        string report = File.ReadAllText(Path.Combine(folder.Path, "out", "report.md"));
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(ExitCodes.Success), second + secondErrors);
            Assert.That(second, Does.Contain("simulate: 1 of 1 already there").And.Contains("train: ").And.Not.Contains(" % after "));
            Assert.That(report, Does.Contain("RMSE").And.Contains("max ECE").And.Contains("TARP").And.Not.Contains("C2ST"));
            Assert.That(File.Exists(Path.Combine(folder.Path, "out", "figures", "recovery.png")));
        });
    }

    private const string Own = """
        name: own
        title: Own
        task:
          kind: external
          command: [python3, simulator.py]
          parameters: [{name: a, prior: {kind: normal, mean: 0, sd: 1}}]
        simulations: {budgets: [64], validation: 32}
        test: {data_sets: 2, draws: 100}
        summary: {kind: direct}
        contenders:
          acf:
            kind: acf
            training: {epochs: 1, batch_size: 32, learning_rate: 1.0e-3}
        """;

    private static string RscriptOrIgnore()
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("Rscript", ["--version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("Rscript is not installed (Debian: r-base-core).");
        }

        return "Rscript";
    }
}
