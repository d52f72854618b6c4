using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Engines;
using Reproduce.Runner.Pipeline;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Engines;

/// <summary>What is handed to a cluster and what is said of it, against scripts in the place of Slurm's programs.</summary>
[Platform(Exclude = "Win", Reason = "scripts in the place of programs")]
public sealed class SubmitTests
{
    private const string Experiment = """
        name: tiny
        title: Tiny
        device: auto
        task: {kind: gaussian-mixture, points: 4}
        simulations: {budgets: [64, 128], validation: 32}
        test: {data_sets: 2, draws: 50}
        summary: {kind: deep-set, outputs: 2, units: 8}
        contenders:
          acf: {kind: acf, flow: {layers: 1, units: 8}, training: {epochs: 2, batch_size: 32, learning_rate: 1.0e-3}}
          cmpe:
            kind: cmpe
            network: {units: 8, blocks: 1}
            consistency: {largest_time: 10, s0: 2, s1: 4}
            training: {epochs: 4, batch_size: 32, learning_rate: 1.0e-3}
            steps: [1, 3]
        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _folder.File("experiments/tiny.yaml", Experiment);
        Engine("all: {partition: normal, time: \"1:00:00\"}");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void ArraysFollowOneAnother()
    {
        using FakeSlurm slurm = new();

        Assert.That(SubmitCommand.Run(Request, "slurm", dryRun: false), Is.EqualTo(ExitCodes.Success));

        string folder = Submitted.Folder;
        Assert.That(slurm.Calls, Is.EqualTo(new[]
        {
            $"--parsable {folder}/simulate-1.sbatch",
            $"--parsable --dependency=afterok:101 {folder}/train-1.sbatch",
            $"--parsable --dependency=aftercorr:102 {folder}/sample-1.sbatch",
            $"--parsable --dependency=afterany:101:102:103 {folder}/collect.sbatch",
        }));
        Assert.That(Submitted.Ids, Is.EqualTo(new Dictionary<string, string>
        {
            ["simulate-1"] = "101",
            ["train-1"] = "102",
            ["sample-1"] = "103",
            ["collect"] = "104",
        }));
        string script = File.ReadAllText(Path.Combine(folder, "train-1.sbatch"));
        Assert.That(script, Does.Contain("#SBATCH --array=0-3\n").And.Contain("#SBATCH --partition=normal\n")
            .And.Contain("#SBATCH --signal=TERM@120\n").And.Contain("scontrol requeue").And.Contain("REPRODUCE_SHARED_NODE=1\n"));
    }

    /// <summary>Every job of the plan is in one element, and one only.</summary>
    [Test]
    public void EveryJobHasAnElement()
    {
        using FakeSlurm slurm = new();
        SubmitCommand.Run(Request, "slurm", dryRun: false);
        (_, Reproduce.Runner.Configuration.Experiment experiment) = Request.Load();
        RunPlan plan = new(experiment, "paper", Request.CacheFolder, "CPU");

        Assert.That(
            Submitted.Elements.SelectMany(e => e.Hashes),
            Is.EquivalentTo(plan.Jobs.Select(j => j.Folder.Hash)));
        // "auto" is this machine's, for all machines.
        Assert.That(File.ReadAllText(Submitted.ResolvedFile), Does.Contain("device: cpu"));
    }

    [Test]
    public void LongArraysAreSplitAndCapped()
    {
        Engine("max_running: 7");
        using FakeSlurm slurm = new(maxArraySize: 3);

        SubmitCommand.Run(Request, "slurm", dryRun: false);

        Assert.That(Submitted.Ids.Keys, Is.EqualTo(new[] { "simulate-1", "train-1", "sample-1", "train-2", "sample-2", "collect" }));
        Assert.That(slurm.Calls[4], Does.Contain("--dependency=aftercorr:104 "));
        Assert.That(File.ReadAllText(Path.Combine(Submitted.Folder, "train-1.sbatch")), Does.Contain("#SBATCH --array=0-2%7\n"));
        Assert.That(File.ReadAllText(Path.Combine(Submitted.Folder, "train-2.sbatch")), Does.Contain("#SBATCH --array=0-0%7\n"));
    }

    [Test]
    public void AStageAndAContenderAskForTheirOwn()
    {
        Engine("""
            all: {cpus: 2, memory: 1G, options: [--exclusive]}
            stages: {train: {memory: 2G}}
            contenders: {cmpe: {gpus: "a100:1", options: [--nice]}, another: {cpus: 9}}
            setup: [module load dotnet]
            """);
        using FakeSlurm slurm = new();

        SubmitCommand.Run(Request, "slurm", dryRun: false);

        string[] options = [.. File.ReadAllLines(Path.Combine(Submitted.Folder, "train-2.sbatch"))];
        Assert.That(options, Is.SupersetOf(new[]
        {
            "#SBATCH --cpus-per-task=2", "#SBATCH --mem=2G", "#SBATCH --gres=gpu:a100:1", "#SBATCH --exclusive", "#SBATCH --nice",
            "module load dotnet",
        }));
        Assert.That(File.ReadAllText(Path.Combine(Submitted.Folder, "train-1.sbatch")), Does.Not.Contain("gpu"));
        Assert.That(options, Has.None.Contains("SHARED"), "it has its nodes for itself");
    }

    [Test]
    public void ARefusedArrayIsSaidWithWhatWasSubmitted()
    {
        using FakeSlurm slurm = new(refused: 3);

        Assert.That(
            () => SubmitCommand.Run(Request, "slurm", dryRun: false),
            Throws.TypeOf<IOException>().With.Message.Contains("no such account").And.Message.Contains("scancel 101 102"));
        Assert.That(Submitted.Ids, Has.Count.EqualTo(2));
    }

    [Test]
    public void ADryRunWritesNothing()
    {
        using FakeSlurm slurm = new();

        SubmitCommand.Run(Request, "slurm", dryRun: true);

        Assert.That((slurm.Calls, Directory.Exists(Path.Combine(_folder.Path, "results"))), Is.EqualTo((Array.Empty<string>(), false)));
    }

    [TestCase("all: {partion: x}", "did you mean 'partition'?")]
    [TestCase("all: {memory: lots}", "memory")]
    [TestCase("all: {partition: \"a; rm x\"}", "partition")]
    [TestCase("stages: {training: {cpus: 2}}", "there is no stage 'training'")]
    [TestCase("all: {cpus: 0}", "cpus")]
    public void AMistakeInTheClustersFileIsSaid(string yaml, string problem)
    {
        Engine(yaml);

        Assert.That(
            () => SubmitCommand.Run(Request, "slurm", dryRun: true),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains(problem));
    }

    [Test]
    public void AnUnknownEngineIsSaid() => Assert.That(
        () => SubmitCommand.Run(Request, "slrum", dryRun: true),
        Throws.TypeOf<ConfigurationException>().With.Message.Contains("did you mean 'slurm'?").And.Message.Contains("local, slurm"));

    [Test]
    public void TheStatusComesFromFoldersFirstAndTheQueueSecond()
    {
        using FakeSlurm slurm = new();
        SubmitCommand.Run(Request, "slurm", dryRun: false);
        (_, Reproduce.Runner.Configuration.Experiment experiment) = Request.Load();
        RunPlan plan = new(experiment, "paper", Request.CacheFolder, "CPU");
        Finish(plan.Simulations[0]);
        Finish(plan.Trainings[0]);
        plan.Trainings[1].Folder.Fail("the loss became infinite");
        using IDisposable? claim = plan.Trainings[2].Folder.Begin();

        slurm.Queue("102|2|RUNNING|n1", "102|3|PENDING|Resources", "103|0|PENDING|Dependency", "7|0|RUNNING|somebody else's");
        string status = Status(out int exitCode);

        // Test set, reference and scores have left the queue without a result.
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Incomplete));
        string failed = plan.Trainings[1].Folder.Label, running = plan.Trainings[2].Folder.Label;
        Assert.That(status, Does.Contain($"failed: train, {failed}: the loss became infinite").And.Contain($"running: train, {running}"));
        Assert.That(Counts(status, "train"), Is.EqualTo(new[] { 1, 1, 1, 1, 0 }), "done, running, waiting, failed, lost");
        Assert.That(Counts(status, "test"), Is.EqualTo(new[] { 0, 0, 0, 0, 1 }));
    }

    [Test]
    public void WithoutTheQueueNothingIsCalledLost()
    {
        using FakeSlurm slurm = new();
        SubmitCommand.Run(Request, "slurm", dryRun: false);
        slurm.BreakQueue();

        string status = Status(out int exitCode);

        Assert.That((exitCode, Counts(status, "test")), Is.EqualTo((ExitCodes.Success, new[] { 0, 0, 1, 0, 0 })));
        Assert.That(status, Does.Contain("squeue is not here or does not answer"));
    }

    /// <summary>Paths are given from the folder where one submits; who asks how it goes stands elsewhere, as this process does.</summary>
    [TestCase("experiments/tiny.yaml", "here", "there")]
    [TestCase("experiments/mine/tiny.yaml", null, null)]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ASubmissionIsKnownFromAnyFolder(string file, string? output, string? cache)
    {
        using FakeSlurm slurm = new();
        _folder.File(file, Experiment);
        string[] folders = [.. output is null ? [] : new[] { "--out", output }, .. cache is null ? [] : new[] { "--cache", cache }];

        (int exitCode, string said, string errors) = Repository.Run(_folder.Path, ["submit", file, "--engine", "slurm", .. folders]);

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), said + errors);
        string results = Path.Combine(_folder.Path, output ?? "results/tiny");
        RunSetup setup = RunSetup.OfSubmission(Submission.Open(results));
        Assert.That(
            (setup.Output, setup.Request.CacheFolder, setup.Request.ResultsRoot),
            Is.EqualTo((results, Path.Combine(_folder.Path, cache ?? "results/cache"), Path.Combine(_folder.Path, "results"))));
    }

    /// <summary>Twice the steps, twice the time; a contender that was not run takes what its kind does.</summary>
    [Test]
    public void CapacityIsInProportionToWhatIsDone()
    {
        (_, Reproduce.Runner.Configuration.Experiment experiment) = Request.Load();
        RunPlan plan = new(experiment, "paper", Request.CacheFolder, "CPU");
        Finish(plan.Trainings.Single(t => t.Contender == "acf" && t.Budget == 64), TimeSpan.FromHours(3));

        CapacityPlan capacity = new(plan, WorkGraph.Of(plan, new SlurmSettings(), 1000));

        StageCapacity train = capacity.Stages.Single(s => s.Stage == SubmissionStages.Train);
        Assert.That((train.Jobs, train.Unknown, train.Elements), Is.EqualTo((3, 2, 3)));
        Assert.That((train.CoreHours, train.LongestHours, capacity.LongestChainHours), Is.EqualTo((6.0, 6.0, 6.0)));
    }

    /// <summary>A contender that differs from another in how it is drawn alone has no training of its own, and waits for none.</summary>
    [Test]
    public void ContendersOfOneTrainingAreOneElement()
    {
        string other = Experiment[Experiment.IndexOf("  cmpe:", StringComparison.Ordinal)..]
            .Replace("  cmpe:", "  again:\n    stream: cmpe", StringComparison.Ordinal).Replace("[1, 3]", "[2]", StringComparison.Ordinal);
        _folder.File("experiments/tiny.yaml", Experiment + "\n" + other);
        (_, Reproduce.Runner.Configuration.Experiment experiment) = Request.Load();
        RunPlan plan = new(experiment, "paper", Request.CacheFolder, "CPU");

        IReadOnlyList<JobArray> arrays = WorkGraph.Of(plan, new SlurmSettings(), 1000);

        Assert.That(plan.Trainings, Has.Count.EqualTo(6));
        Assert.That(Elements(SubmissionStages.Train), Is.EqualTo(4), "acf and cmpe at two budgets");
        Assert.That(Elements(SubmissionStages.Sample), Is.EqualTo(4));
        string[] draws = [.. arrays.SelectMany(a => a.Elements).SelectMany(e => e.Jobs).OfType<SampleJob>().Select(j => j.Folder.Label)];
        Assert.That(draws, Has.Length.EqualTo(8).And.Some.StartsWith("again, 64 simulations"));

        int Elements(string stage) => arrays.Where(a => a.Stage == stage).Sum(a => a.Elements.Count);
    }

    private static int[] Counts(string status, string stage) =>
    [
        .. status.Split('\n').First(line => line.Contains($" {stage} ", StringComparison.Ordinal)).Split('│', '|')
            .Select(cell => cell.Trim()).Where(cell => int.TryParse(cell, out _)).Select(int.Parse),
    ];

    private static void Finish(IJob job, TimeSpan? time = null)
    {
        using IDisposable? claim = job.Folder.Begin();
        job.Folder.Commit(time ?? TimeSpan.FromSeconds(1));
    }

    private RunRequest Request => new() { ExperimentFile = Path.Combine(_folder.Path, "experiments", "tiny.yaml") };

    private Submission Submitted => Submission.Open(Path.Combine(_folder.Path, "results", "tiny"));

    private void Engine(string yaml) => _folder.File("configs/engines/slurm.yaml", yaml);

    private string Status(out int exitCode) => Printed.By(() => StatusCommand.Run(Submitted.Folder), out exitCode);
}
