using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.Engines;
using Reproduce.Runner.Storage;
using Reproduce.Tests.Runner;
using FaultLog = Reproduce.Tests.Faults.FaultLog;
using TinyRun = Reproduce.Tests.Faults.TinyRun;

namespace Reproduce.Tests.Engines;

/// <summary>Experiments on a cluster under the real Slurm: the local run's numbers, whatever happens on the way.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class SlurmTests
{
    private const int Cluster = 14; // Among the subjects of the table of faults.
    private const string Same = "bit-identical weights and measurements.csv (times aside)";

    private SlurmCluster? _cluster;

    [OneTimeSetUp]
    public void StartTheCluster() => _cluster = SlurmCluster.Start();

    [OneTimeTearDown]
    public void StopTheCluster() => _cluster?.Dispose();

    [TearDown]
    public void EmptyTheQueue()
    {
        if (_cluster is not null)
        {
            SlurmCluster.Run("scancel", "--user=root", "--full");
            SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "the queue does not empty");
        }
    }

    [Test]
    public void TheSameSubmissionTwiceAtOnceGivesTheLocalRunsNumbers() => FaultLog.Try(Cluster, "the same submission twice at once", () =>
    {
        using TinyRun run = NewRun(TinyRun.Acf, TinyRun.Cmpe);
        Task<string>[] submissions = [Task.Run(() => Submit(run)), Task.Run(() => Submit(run))];
        Task.WaitAll(submissions);

        SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "it does not end");

        Assert.That(run.Weights(), Is.EqualTo(TinyRun.Baseline.Weights()));
        Assert.That(run.Numbers(), Is.EqualTo(TinyRun.Baseline.Numbers()));
        Assert.That(Left(run), Is.Empty, "nothing unfinished is left");
        Assert.That(Status(run), Does.Not.Contain("failed:").And.Not.Contain("lost:"));
        return (1, $"{Same}; nothing unfinished is left");
    });

    [Test]
    public void AFailedTrainingIsAHoleAndTheOthersAreDone() => FaultLog.Try(Cluster, "an element that fails", () =>
    {
        using TinyRun run = NewRun(TinyRun.Acf, TinyRun.Diverging);
        string folder = Submit(run);

        SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "it does not end");

        Assert.That(run.Weights(), Has.Count.EqualTo(1));
        string[] holes = [.. run.Numbers().Where(row => row.Contains("The loss became", StringComparison.Ordinal))];
        Assert.That(holes, Is.Not.Empty.And.All.Contains("cmpe"));
        Assert.That(run.Numbers(), Has.Some.Match("acf.*,c2st,.*,ok"));
        Assert.That(Status(run), Does.Contain("failed: train, cmpe, 128 simulations: The loss became"));
        // The collector's own exit code says that there are holes.
        string collect = SlurmCluster.Run("scontrol", "show", "job", Submission.Open(folder).Ids["collect"]);
        Assert.That(collect, Does.Contain("ExitCode=3:0"));
        return (1, "a hole in the report with its reason, which `status` says too; `collect` ends with 3; the other contender is done");
    });

    [Test]
    public void ShardsOfASimulatorWhoseRowsFailGiveTheLocalRunsNumbers() =>
        FaultLog.Try(Cluster, "simulations that fail, in five shards", () =>
    {
        using TinyRun local = new(), run = NewRun();
        Engine(run, "shard_rows: 40");
        foreach (TinyRun each in new[] { local, run })
        {
            string folder = Path.Combine(each.Path, "experiments");
            File.WriteAllText(Path.Combine(folder, "tiny.yaml"), RefusingSimulator.Put(folder, TinyRun.Head + TinyRun.Acf));
        }

        local.Go();
        Submit(run);
        SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "it does not end");

        Assert.That(Directory.GetDirectories(Path.Combine(run.Cache, "shard")), Has.Length.EqualTo(5));
        Assert.That(run.Simulations(), Is.EqualTo(local.Simulations()));
        Assert.That(run.Weights(), Is.EqualTo(local.Weights()));
        Assert.That(run.Numbers(), Is.EqualTo(local.Numbers()));
        return (1, $"joined to the bits of the simulations made here, replacements too; {Same}");
    });

    [Test]
    public void WhatIsPreemptedInTrainingAndInDrawingGoesOnWithTheSameBits() =>
        FaultLog.Try(Cluster, "preempted by a job of higher priority", () =>
    {
        _ = FaultLog.Cases(0, 1);
        const string Long = "epochs: 8000,"; // Half a minute: long enough to be met, and as long with the numbers compared.
        string contender = TinyRun.Cmpe.Replace("epochs: 100,", Long, StringComparison.Ordinal)
            .Replace("steps: [1, 3]", "steps: [100000]", StringComparison.Ordinal);
        using TinyRun local = new(contender), run = NewRun(contender);
        foreach (TinyRun each in new[] { local, run })
        {
            // Eight blocks of draws: the first are kept while the others are drawn.
            string file = Path.Combine(each.Path, "experiments", "tiny.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("draws: 200", "draws: 4000", StringComparison.Ordinal));
        }

        local.Go();
        Submit(run);

        Preempt(run, "train", "checkpoint.npz");
        Preempt(run, "sample", "draws.unfinished.npz");
        SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "it does not end");

        Assert.That(run.Weights(), Is.EqualTo(local.Weights()));
        Assert.That(run.Numbers(), Is.EqualTo(local.Numbers()));
        return (2, $"one in training, one in drawing: saved, put back into the queue, went on from there; {Same}");
    });

    /// <summary>Slurm counts in minutes, and sends its signal up to half a minute early: each start has less than one.</summary>
    [Test]
    public void ATrainingThatIsLongerThanItsTimeGoesOnWithTheSameBits() =>
        FaultLog.Try(Cluster, "a training that takes longer than its time of one minute", () =>
    {
        _ = FaultLog.Cases(0, 1);
        string contender = TinyRun.Cmpe.Replace("epochs: 100,", "epochs: 14000,", StringComparison.Ordinal);
        using TinyRun local = new(contender), run = NewRun(contender);
        local.Go();
        Engine(run, "stages: {train: {time: \"1\"}}");
        string train = Submission.Open(Submit(run)).Ids["train-1"];

        SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "it does not end");

        string job = SlurmCluster.Run("scontrol", "show", "job", train);
        int restarts = int.Parse(Regex.Match(job, "Restarts=([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.That(restarts, Is.AtLeast(1), "its time has ended");
        Assert.That(job, Does.Contain("JobState=COMPLETED").And.Contain("TimeLimit=00:01:00"));
        Assert.That(run.Weights(), Is.EqualTo(local.Weights()));
        Assert.That(run.Numbers(), Is.EqualTo(local.Numbers()));
        return (restarts, $"each time saved before its end and put back into the queue; {Same}");
    });

    [Test]
    public void ANodeThatIsLostCostsTimeAlone() => FaultLog.Try(Cluster, "a node whose daemon and training are killed", () =>
    {
        _ = FaultLog.Cases(0, 1);
        // Longer than it takes the controller to notice.
        string contender = TinyRun.Cmpe.Replace("epochs: 100,", "epochs: 20000,", StringComparison.Ordinal);
        using TinyRun local = new(contender), run = NewRun(contender);
        local.Go();
        string folder = Submit(run);
        string train = Submission.Open(folder).Ids["train-1"];
        SlurmCluster.Until(() => Working(run, "train") is not null, "the training does not begin");
        string node = Regex.Match(SlurmCluster.Run("squeue", "--noheader", $"--jobs={train}", "--format=%N"), "n[1-3]").Value;

        // The daemon dies and the training goes on unseen: the second waits for the first, as for one whose machine is out of sight.
        _cluster!.KillDaemon(node);
        SlurmCluster.Until(
            () => SlurmCluster.Run("scontrol", "show", "job", train).Contains("Restarts=1", StringComparison.Ordinal), "no new start");
        if (Working(run, "train") is ProcessIdentity orphan)
        {
            using Process process = Process.GetProcessById(orphan.Process);
            process.Kill(); // Now the machine is gone.
        }

        SlurmCluster.Until(() => SlurmCluster.Queue().Length == 0, "it does not end");
        _cluster.Revive(node);

        Assert.That(run.Weights(), Is.EqualTo(local.Weights()));
        Assert.That(run.Numbers(), Is.EqualTo(local.Numbers()));
        return (1, $"begun again on another node from the last checkpoint; {Same}");
    });

    [Test]
    public void AThousandAndTwoElementsAreTwoArrays() => FaultLog.Try(Cluster, "1,002 trainings where arrays have 1,001 elements", () =>
    {
        using TinyRun run = NewRun("--hold", Enumerable.Range(0, 1002).Select(i => TinyRun.Acf.Replace(
            "  acf:", $"  acf{i}:", StringComparison.Ordinal)));
        string folder = Submit(run);

        IReadOnlyDictionary<string, string> ids = Submission.Open(folder).Ids;
        ILookup<string, string> queue = SlurmCluster.Queue().Select(q => q.Split('_', ' ')[0]).ToLookup(id => id);
        Assert.That(
            ids.Select(p => (p.Key, queue[p.Value].Count())),
            Is.EqualTo(new[]
            {
                ("simulate-1", 2), ("train-1", 1001), ("sample-1", 1001), ("train-2", 1), ("sample-2", 1), ("collect", 1),
            }));
        return (1, "two arrays of trainings and two of draws, all in the queue");
    });

    // Takes the place of what is at work in a stage, once it has something to lose.
    private static void Preempt(TinyRun run, string stage, string kept)
    {
        SlurmCluster.Until(() => Working(run, stage) is not null && Kept(run, stage, kept), $"{stage} has nothing to lose");
        string urgent = SlurmCluster.Run(
            "sbatch", "--parsable", "--partition=urgent", "--nodes=3", "--exclusive", "--output=/dev/null", "--wrap=sleep 1");
        SlurmCluster.Until(() => Working(run, stage) is null, $"{stage} does not stop");
        Assert.That(Kept(run, stage, kept), Is.True, $"{stage} was stopped before its end and kept what it had");
        SlurmCluster.Until(
            () => !SlurmCluster.Queue().Any(q => q.StartsWith(urgent, StringComparison.Ordinal)), "the urgent job does not end");
    }

    private static bool Kept(TinyRun run, string stage, string kept) =>
        Left(run).Any(f => f.Contains(stage, StringComparison.Ordinal) && f.EndsWith(kept, StringComparison.Ordinal));

    private static TinyRun NewRun(params string[] contenders) => NewRun("", contenders);

    private static TinyRun NewRun(string options, IEnumerable<string> contenders)
    {
        TinyRun run = new([.. contenders]);
        Engine(run, "", options);
        return run;
    }

    private static void Engine(TinyRun run, string more, string options = "")
    {
        string folder = Path.Combine(run.Path, "configs", "engines");
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "slurm.yaml"),
            $"all: {{partition: normal, time: \"30\", options: [{options}]}}\nsave_seconds: 10\n{more}\n");
    }

    private static string Submit(TinyRun run)
    {
        (int exitCode, string output, string errors) = Repository.Run(
            run.Path, "submit", "experiments/tiny.yaml", "--engine", "slurm", "--checkpoint-seconds", "1");
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success), output + errors);
        return Regex.Match(output, "submission: (.*)").Groups[1].Value.Trim();
    }

    private static string Status(TinyRun run) => Repository.Run(run.Path, "status", "results/tiny").Output;

    // Who works on a job of a stage and has come somewhere.
    private static ProcessIdentity? Working(TinyRun run, string stage)
    {
        string folder = Path.Combine(run.Cache, stage);
        string? claim = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*.claim").FirstOrDefault() : null;
        return claim is null ? null : ClaimOwner.Read(Path.Combine(claim, "owner.json"))?.Process;
    }

    private static string[] Left(TinyRun run) =>
    [
        .. Directory.EnumerateFileSystemEntries(run.Cache, "*", SearchOption.AllDirectories)
            .Where(f => f.Contains(".part", StringComparison.Ordinal) || f.EndsWith(".claim", StringComparison.Ordinal)),
    ];
}
