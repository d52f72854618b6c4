using NUnit.Framework;
using NUnit.Framework.Constraints;
using Reproduce.Configuration;
using Reproduce.Runner;

namespace Reproduce.Tests.Runner;

/// <summary>A tiny experiment in a folder of its own for each test, and one whole run of it from which a test may begin.</summary>
public abstract class TinyRun
{
    /// <summary>The experiment.</summary>
    protected const string Experiment = """
        name: tiny
        title: Tiny
        seed: 5
        device: cpu
        task: {kind: gaussian-mixture, points: 4}
        simulations: {budgets: [128], validation: 32}
        test: {data_sets: 3, draws: 200}
        summary: {kind: deep-set, outputs: 2, units: 8}
        contenders:
          acf:
            kind: acf
            flow: {layers: 1, units: 8}
            training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}
          cmpe:
            kind: cmpe
            network: {units: 8, blocks: 1, dropout: 0.1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 40, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1, 3]
        sampling: {repeats: 1, threads: 2}
        scores: {c2st: {max_epochs: 3}, mmd: {max_draws: 50}}
        figures: {scatter_data_sets: [0]}
        """;

    private TemporaryFolder _finished = null!;

    /// <summary>One whole run, from which most tests begin: a copy of its folder is as good as a run of their own.</summary>
    [OneTimeSetUp]
    public void RunOnce()
    {
        _finished = new TemporaryFolder();
        _finished.File("experiments/tiny.yaml", Experiment);
        (int exitCode, string output, string errors) = Repository.Run(_finished.Path, ["experiments/tiny.yaml"]);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
    }

    [OneTimeTearDown]
    public void RemoveTheRun() => _finished.Dispose();

    [SetUp]
    public void SetUp()
    {
        Folder = new TemporaryFolder();
        Folder.File("experiments/tiny.yaml", Experiment);
    }

    [TearDown]
    public void TearDown() => Folder.Dispose();

    /// <summary>The test's folder.</summary>
    private protected TemporaryFolder Folder { get; private set; } = null!;

    /// <summary>The experiment's file.</summary>
    protected string TinyFile => Path.Combine(Folder.Path, "experiments", "tiny.yaml");

    /// <summary>Where its results go.</summary>
    protected string Results => Path.Combine(Folder.Path, "results", "tiny");

    /// <summary>Copies the run that is done into the test's folder.</summary>
    protected void BeginAfterTheRun()
    {
        string from = Path.Combine(_finished.Path, "results");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(Folder.Path, "results", Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }

    /// <summary>Runs the experiment.</summary>
    /// <param name="more">Further arguments.</param>
    protected (int ExitCode, string Output, string Errors) Run(params string[] more) =>
        Repository.Run(Folder.Path, ["experiments/tiny.yaml", .. more]);

    /// <summary>That a call is refused with a reason.</summary>
    /// <param name="reason">A part of the sentence.</param>
    protected static ContainsConstraint Refused(string reason) => Throws.TypeOf<ConfigurationException>().With.Message.Contains(reason);
}
