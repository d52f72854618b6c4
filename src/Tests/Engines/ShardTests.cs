using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Configuration;
using Reproduce.Runner.Engines;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using Reproduce.Tests.Runner;
using static TorchSharp.torch;

namespace Reproduce.Tests.Engines;

/// <summary>Simulations in shards: the unsharded run's bits in the unsharded run's folder, and a shard that fails fails alone.</summary>
public sealed class ShardTests
{
    private const string Head = """
        name: tiny
        title: Tiny
        device: cpu
        test: {data_sets: 2, draws: 50}
        contenders:
          acf: {kind: acf, flow: {layers: 1, units: 8}, training: {epochs: 1, batch_size: 32, learning_rate: 1.0e-3}}

        """;

    private const string Mixture = """
        task: {kind: gaussian-mixture, points: 4}
        summary: {kind: deep-set, outputs: 2, units: 8}
        simulations: {budgets: [100, 3000], validation: 500}

        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    /// <summary>512 rows share a stream.</summary>
    /// <param name="rows">Asked for.</param>
    /// <param name="validation">Validation simulations, beside 3000 for training.</param>
    /// <param name="shards">Of both.</param>
    [TestCase(3000, 500, 0)]
    [TestCase(1500, 0, 2)]
    [TestCase(500, 500, 7)]
    public void ATasksShardsGiveTheWholesBits(int rows, int validation, int shards) =>
        AssertTheWholesBits(Head + Mixture, rows, validation, shards, hasFailures: false);

    /// <summary>Four rows share a seed; almost half of them fail, and some of the replacements.</summary>
    /// <param name="rows">Asked for.</param>
    /// <param name="validation">Validation simulations, beside 90 for training.</param>
    /// <param name="shards">Of both.</param>
    [TestCase(90, 10, 0)]
    [TestCase(45, 0, 2)]
    [TestCase(14, 10, 7)]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AUsersSimulatorsShardsGiveTheWholesBitsWhereRowsFailToo(int rows, int validation, int shards) =>
        AssertTheWholesBits(Head + External(), rows, validation, shards, hasFailures: true);

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    [Platform(Exclude = "Win", Reason = "scripts in the place of programs")]
    public void AShardThatFailedIsReportedAndAloneComputedAgain()
    {
        _folder.File("experiments/tiny.yaml", Head + External());
        _folder.File("configs/engines/slurm.yaml", "shard_rows: 16");
        using FakeSlurm slurm = new();
        SubmitCommand.Run(Request, "slurm", dryRun: false);
        RunPlan plan = Plan("results/cache", 16);
        SimulateJob whole = plan.Simulations[0];
        foreach (SimulationShardJob shard in whole.Shards.Where(s => s.First != 32))
        {
            Do(plan, shard);
        }

        SimulationShardJob bad = whole.Shards.Single(s => s.First == 32);
        string broken = _folder.File("experiments/broken", "");
        Assert.That(() => Do(plan, bad), Throws.TypeOf<JobFailedException>().With.Message.Contains("16 simulations failed 11 times"));
        File.Delete(broken);

        string status = Printed.By(() => StatusCommand.Run(Submitted.Folder));
        Assert.That(status, Does.Contain("failed: shard, training simulations 33 to 48: 16 simulations failed 11 times"));
        Assert.That(status, Does.Contain("failed: simulate, 90 training simulations: 16 simulations failed 11 times"));

        SubmitCommand.Run(Request, "slurm", dryRun: false);
        Assert.That(
            Submitted.Elements.Where(e => e.Array is "simulate-1" or "merge-1").SelectMany(e => e.Hashes)
                .Intersect(whole.Shards.Append<IJob>(whole).Select(j => j.Folder.Hash)),
            Is.EqualTo(new[] { bad.Folder.Hash, whole.Folder.Hash }));
        Do(plan, bad);
        Do(plan, whole);
        Assert.That(whole.Folder.IsComplete);
    }

    /// <summary>Shards, then what joins them, then the trainings; and once that is done nobody misses a shard.</summary>
    [Test]
    [Platform(Exclude = "Win", Reason = "scripts in the place of programs")]
    public void TheArraysFollowOneAnother()
    {
        _folder.File("experiments/tiny.yaml", Head + Mixture);
        _folder.File("configs/engines/slurm.yaml", "shard_rows: 500");
        using FakeSlurm slurm = new();

        SubmitCommand.Run(Request, "slurm", dryRun: false);

        string folder = Submitted.Folder;
        Assert.That(slurm.Calls.Take(3), Is.EqualTo(new[]
        {
            $"--parsable {folder}/simulate-1.sbatch",
            $"--parsable --dependency=afterok:101 {folder}/merge-1.sbatch",
            $"--parsable --dependency=afterok:101:102 {folder}/train-1.sbatch",
        }));
        RunPlan plan = Plan("results/cache", 500);
        Assert.That(Submitted.Elements.SelectMany(e => e.Hashes), Is.EquivalentTo(plan.Jobs.Select(j => j.Folder.Hash)));
        // Seven shards and the test sets; every start of the program makes the same plan.
        string script = File.ReadAllText(Path.Combine(folder, "simulate-1.sbatch"));
        Assert.That(script, Does.Contain("--array=0-7").And.Contain("'--shard-rows' '500'"));

        Do(Plan("results/cache", null), Plan("results/cache", null).Simulations[0]);
        Assert.That(plan.Simulations[0].Shards.Select(s => (s.Folder.IsComplete, s.WhyMissing())), Is.All.EqualTo((false, (string?)null)));
        SubmitCommand.Run(Request, "slurm", dryRun: false);
        Assert.That(Submitted.Ids.Keys, Is.EqualTo(new[] { "simulate-1", "train-1", "sample-1", "collect" }));
        Assert.That(Submitted.Elements.Count(e => e.Array == "simulate-1"), Is.EqualTo(1), "the test sets");
    }

    /// <summary>In proportion to the rows of shards that are done; joining takes nothing beside.</summary>
    [Test]
    public void TheCapacityOfShardsIsThatOfTheirRows()
    {
        _folder.File("experiments/tiny.yaml", Head + Mixture);
        RunPlan plan = Plan("cache", 500);
        StageFolder done = plan.Simulations[0].Shards[0].Folder;
        using (done.Begin())
        {
            done.Commit(TimeSpan.FromHours(1));
        }

        CapacityPlan capacity = new(plan, WorkGraph.Of(plan, new SlurmSettings(), 1000));

        StageCapacity simulate = capacity.Stages[0], merge = capacity.Stages[1];
        double hour = Environment.ProcessorCount; // Of all cores.
        Assert.That((simulate.Elements, simulate.LongestHours), Is.EqualTo((7, hour)), "six shards and the test sets");
        Assert.That(simulate.CoreHours, Is.EqualTo(hour * (3500 - 512) / 512).Within(1e-9));
        Assert.That((merge.Stage, merge.Elements, merge.CoreHours), Is.EqualTo((SubmissionStages.Merge, 1, 0.0)));
        Assert.That(capacity.LongestChainHours, Is.EqualTo(hour), "nobody knows yet what a training takes");
    }

    [Test]
    public void ADamagedShardIsNotJoined()
    {
        _folder.File("experiments/tiny.yaml", Head + Mixture);
        RunPlan plan = Plan("cache", 500);
        SimulateJob whole = plan.Simulations[0];
        foreach (SimulationShardJob shard in whole.Shards)
        {
            Do(plan, shard);
        }

        string file = whole.Shards[3].Folder.FileOf(StageFiles.Training);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^200] ^= 1;
        File.WriteAllBytes(file, bytes);

        Assert.That(() => Do(plan, whole), Throws.TypeOf<JobFailedException>().With.Message.Contains(file));
        Assert.That(whole.Shards.Where(s => !s.IsDone), Is.EqualTo(new[] { whole.Shards[3] }));
    }

    private RunRequest Request => new() { ExperimentFile = Path.Combine(_folder.Path, "experiments", "tiny.yaml") };

    private Submission Submitted => Submission.Open(Path.Combine(_folder.Path, "results", "tiny"));

    private void AssertTheWholesBits(string yaml, int rows, int validation, int shards, bool hasFailures)
    {
        _folder.File("experiments/tiny.yaml", Regex.Replace(yaml, "validation: [0-9]+", $"validation: {validation}"));
        RunPlan whole = Plan("whole", null), parts = Plan("parts", rows);
        Do(whole, whole.Simulations[0]);
        SimulateJob joined = parts.Simulations[0];
        // The last first: nothing depends on the order.
        foreach (SimulationShardJob shard in joined.Shards.Reverse())
        {
            Do(parts, shard);
        }

        Do(parts, joined);

        Assert.That(joined.Shards, Has.Count.EqualTo(shards));
        Assert.That(joined.Folder.Hash, Is.EqualTo(whole.Simulations[0].Folder.Hash));
        Assert.That(joined.Folder.FindCorruption(), Is.Null);
        Dictionary<string, string> expected = Files(whole.Simulations[0]);
        Assert.That(Files(joined), Is.EqualTo(expected));
        Assert.That(expected.ContainsKey("failed-simulations.txt"), Is.EqualTo(hasFailures));
    }

    private static Dictionary<string, string> Files(SimulateJob job) => Directory.EnumerateFiles(job.Folder.Path)
        .Where(f => !Path.GetFileName(f).StartsWith("stage.", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetFileName(f)!, f => Convert.ToHexString(File.ReadAllBytes(f)));

    private string External() =>
        RefusingSimulator.Put(Path.Combine(_folder.Path, "experiments")) + "simulations: {budgets: [90], validation: 10}\n";

    private RunPlan Plan(string cache, int? shardRows)
    {
        (_, Experiment experiment) = Request.Load();
        return new RunPlan(experiment, "paper", Path.Combine(_folder.Path, cache), "CPU", shardRows: shardRows);
    }

    private static void Do(RunPlan plan, IJob job) => Assert.That(
        JobAttempt.Run(job, new JobContext(CPU, Threads: 1, CancellationToken.None), JobProgress.None), Is.Null);
}
