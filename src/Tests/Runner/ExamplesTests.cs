using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Reporting;
using Reproduce.Runner;
using Reproduce.Runner.Configuration;
using Reproduce.Tests.Tasks.External;
using static TorchSharp.torch;

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

    [Test]
    public void TheInfluenzasPageShowsItsFile()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "influenza.md"));
        string file = File.ReadAllText(Path.Combine(Folder, "influenza.yaml"));

        Assert.That(page.ReplaceLineEndings("\n"), Does.Contain($"```yaml\n{file.ReplaceLineEndings("\n")}```\n"));
    }

    /// <summary>
    /// The grid against Markov chains that somebody else has run (the page's source): 4000 draws of an effective size of 2450, two digits
    /// behind the point. Means within half a digit and four standard errors, deviations within half a digit and 6 %, ends of intervals
    /// within half a digit and a fifth of a deviation.
    /// </summary>
    [TestCase("beta", 1.73, 0.05, 1.64, 1.85)]
    [TestCase("gamma", 0.54, 0.05, 0.46, 0.64)]
    [TestCase("R0", 3.21, 0.27, 2.73, 3.83)]
    [TestCase("days", 1.85, 0.15, 1.56, 2.18)]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheExactPosteriorIsThatOfThePublishedFit(string name, double mean, double sd, double low, double high)
    {
        ProcessStartInfo start = new(Python.OrIgnore(), Path.Combine(Folder, "influenza_exact.py")) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        string[] words = lines.Single(l => l.Trim().StartsWith(name, StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);

        double After(string word) => double.Parse(words[Array.IndexOf(words, word) + 1], CultureInfo.InvariantCulture);
        Assert.Multiple(() =>
        {
            Assert.That(After("mean"), Is.EqualTo(mean).Within(0.005 + 4 * sd / Math.Sqrt(2450)));
            Assert.That(After("sd"), Is.EqualTo(sd).Within(0.005 + 0.06 * sd));
            Assert.That(After("%"), Is.EqualTo(low).Within(0.005 + 0.2 * sd));
            Assert.That(After("to"), Is.EqualTo(high).Within(0.005 + 0.2 * sd));
        });
    }

    /// <summary>What the page tells a newcomer to type, from a Python function to a corner plot, small.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void TheFiveStepsLeadFromAFunctionToACornerPlot()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "README.md")).ReplaceLineEndings("\n");
        string[] blocks = page[page.IndexOf("## In five steps", StringComparison.Ordinal)..].Split("```");
        using TemporaryFolder folder = new();
        File.Copy(Path.Combine(Folder, "reproduce_worker.py"), Path.Combine(folder.Path, "reproduce_worker.py"));
        folder.File("simulator.py", Outdented(blocks[1], "python"));
        string mine = folder.File(
            "mine.yaml", Outdented(blocks[3], "yaml").Replace("[python3,", $"[{Python.OrIgnore()},", StringComparison.Ordinal));
        string observation = folder.File("y.json", $$"""{"y": [{{string.Join(", ", Enumerable.Range(0, 20))}}]}""");
        string[] small =
        [
            "--out", Path.Combine(folder.Path, "out"), "--cache", Path.Combine(folder.Path, "cache"),
            "--set", "simulations={budgets: [300], validation: 100}", "--set", "test={data_sets: 20, draws: 100}",
            "--set", "contenders.cmpe.training.epochs=20",
        ];

        foreach (string[] step in new string[][] { [mine, "--dry-run"], [mine], ["infer", mine, "--observation", observation] })
        {
            (int exitCode, string output, string errors) = Repository.Run(Repository.Root, [.. step, .. small]);
            Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        }

        Assert.That(File.Exists(Path.Combine(folder.Path, "out", "report.md")));
        Assert.That(File.Exists(Path.Combine(folder.Path, "out", "infer", "y", "corner.png")));
    }

    // What belongs to a step stands three places to the right.
    private static string Outdented(string block, string language) =>
        block[language.Length..].Replace("\n   ", "\n", StringComparison.Ordinal).TrimStart('\n');

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
            "ricker" => [$"task.command=[{Rscript.OrIgnore()}, --vanilla, ricker.R]"],
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
            Assert.That(report, Does.Contain("RMSE").And.Contains("max ECE").And.Contains("TARP").And.Not.Contains("| C2ST"));
            Assert.That(File.Exists(Path.Combine(folder.Path, "out", "figures", "recovery.png")));
        });
    }

    /// <summary>There are no pairs of parameters to show.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void OneParameterAloneHasAReportAndAFigure()
    {
        using TemporaryFolder folder = new();
        using (NewDisposeScope())
        {
            Tensor theta = linspace(-1, 1, 200);
            Npz.Write(Path.Combine(folder.Path, "all.npz"), new Dictionary<string, Tensor> { ["theta"] = theta, ["y"] = theta * 2 });
        }

        string[] place = ["--out", "out", "--cache", "cache"];
        folder.File(
            "own.yaml",
            """
            name: own
            title: Own
            task: {kind: simulations, training: all.npz, parameters: [{name: a}]}
            simulations: {budgets: [150], validation: 20}
            test: {data_sets: 4, draws: 50}
            summary: {kind: direct}
            contenders:
              fmpe:
                kind: fmpe
                network: {units: 16, blocks: 1, dropout: 0}
                training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}
                steps: [2]
                figure_steps: 2
            """);
        folder.File("y.json", "[0.5]");

        (int ran, string output, string errors) = Repository.Run(folder.Path, ["own.yaml", .. place]);
        (int inferred, string told, string inferredErrors) =
            Repository.Run(folder.Path, ["infer", "own.yaml", "--observation", "y.json", .. place]);

        Assert.That(ran, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(inferred, Is.EqualTo(ExitCodes.Success), told + inferredErrors);
        Assert.That(File.Exists(Path.Combine(folder.Path, "out", "figures", "corner_fmpe.png")));
        Assert.That(
            File.ReadAllText(Path.Combine(folder.Path, "out", "report.md")),
            Does.Contain("| the file's ").And.Not.Contains("the paper's "), "it is in no paper");
        Assert.That(File.Exists(Path.Combine(folder.Path, "out", "infer", "y", "corner.png")));
    }

    /// <summary>
    /// Of theta ~ N(0, 1) and y ~ N(theta, 1) the posterior is N(y / 2, 1 / 2): its draws, in a file, are what a contender's are compared
    /// with. Half of them against the other half is a C2ST of 0.5, within four standard deviations of its mean over ten data sets; a
    /// contender of two epochs is told from them.
    /// </summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ReferenceDrawsInAFileGiveAC2st()
    {
        using TemporaryFolder folder = new();
        using (NewDisposeScope())
        {
            using RandomSource random = new(RandomKey.FromSeed(9));
            Tensor theta = random.Normal([300]), y = theta + random.Normal([300]);
            Tensor draws = y.narrow(0, 270, 30).reshape(30, 1, 1) / 2 + random.Normal([30, 400, 1]) * Math.Sqrt(0.5);
            Npz.Write(Path.Combine(folder.Path, "all.npz"), new Dictionary<string, Tensor> { ["theta"] = theta, ["y"] = y });
            Npz.Write(Path.Combine(folder.Path, "draws.npz"), new Dictionary<string, Tensor> { ["draws"] = draws });
        }

        folder.File(
            "own.yaml",
            """
            name: own
            title: Own
            task: {kind: simulations, training: all.npz, reference: draws.npz, parameters: [{name: a}]}
            simulations: {budgets: [240], validation: 20}
            test: {data_sets: 10, draws: 200}
            summary: {kind: direct}
            contenders:
              fmpe:
                kind: fmpe
                network: {units: 16, blocks: 1, dropout: 0}
                training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-4}
                steps: [2]
                figure_steps: 2
            """);

        (int ran, string output, string errors) = Repository.Run(folder.Path, "own.yaml", "--out", "out", "--cache", "cache");

        Assert.That(ran, Is.EqualTo(ExitCodes.Success), output + errors);
        MeasurementTable table = MeasurementTable.Read(Path.Combine(folder.Path, "out", "measurements.csv"));
        Measurement[] c2st = [.. table.Rows.Where(r => r.Metric == "c2st")];
        Assert.That(c2st.Where(r => r.Contender == Measurement.Reference).Average(r => r.Value), Is.EqualTo(0.5).Within(0.04));
        Assert.That(c2st.Where(r => r.Contender == "fmpe").Average(r => r.Value), Is.GreaterThan(0.6));
    }

    /// <summary>
    /// Sets of varying size from the simulator to the draws: what the page tells a reader to write, small, and observations of one member,
    /// of several, and of more than there is room for.
    /// </summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void SetsOfVaryingSizeRunFromTheSimulatorToTheDraws()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "README.md")).ReplaceLineEndings("\n");
        string section = page[page.IndexOf("## Sets of varying size", StringComparison.Ordinal)..];
        string[] blocks = section.Split("```");
        string script = blocks[1]["python\n".Length..], task = blocks[3]["yaml\n".Length..];
        using TemporaryFolder folder = new();
        File.Copy(Path.Combine(Folder, "reproduce_worker.py"), Path.Combine(folder.Path, "reproduce_worker.py"));
        folder.File("simulator.py", script);
        folder.File(
            "own.yaml",
            "name: own\ntitle: Own\n" + task.Replace("[python3,", $"[{Python.OrIgnore()},", StringComparison.Ordinal) + """
            simulations: {budgets: [300], validation: 50}
            test: {data_sets: 20, draws: 100}
            contenders:
              nsf:
                kind: nsf
                standardise: true
                flow: {layers: 2, units: 32}
                training: {epochs: 5, batch_size: 32, learning_rate: 2.0e-3}

            """.ReplaceLineEndings("\n"));
        folder.File("one.json", """{"y": [[1.5, 0.2]]}""");
        folder.File("four.json", """{"y": [[1.5, 0.2], [1, 2], [0.3, 1], [2, 2]]}""");
        folder.File("many.json", $$"""{"y": [{{string.Join(", ", Enumerable.Repeat("[0, 1]", 51))}}]}""");

        (int ran, string output, string errors) = Repository.Run(folder.Path, "own.yaml", "--out", "out", "--cache", "cache");
        (int inferred, string told, string inferredErrors) = Repository.Run(
            folder.Path, "infer", "own.yaml", "--observation", "one.json", "--observation", "four.json", "--out", "out", "--cache", "cache",
            "--predictive", "50");
        (int refused, _, string reason) = Repository.Run(
            folder.Path, "infer", "own.yaml", "--observation", "many.json", "--out", "out", "--cache", "cache");

        Assert.That(ran, Is.EqualTo(ExitCodes.Success), output + errors);
        Assert.That(File.ReadAllText(Path.Combine(folder.Path, "out", "report.md")), Does.Contain("RMSE"));
        Assert.That(inferred, Is.EqualTo(ExitCodes.Success), told + inferredErrors);
        Assert.That(File.Exists(Path.Combine(folder.Path, "out", "infer", "four", "corner.png")));
        Assert.That(File.Exists(Path.Combine(folder.Path, "out", "infer", "one", "draws.npz")));
        Assert.That(refused, Is.EqualTo(ExitCodes.BadConfiguration));
        Assert.That(reason, Does.Contain("'y': expected a set of at most 50 members of 2 numbers"));
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
}
