using System.Globalization;
using NUnit.Framework;
using Reproduce.Runner.Pipeline;
using Reproduce.Runner.Storage;
using static TorchSharp.torch;

namespace Reproduce.Tests.Runner;

/// <summary>Two processes at one job: a claim keeps one waiting; where claims fail there is one whole result all the same.</summary>
public sealed class ClaimTests
{
    private TemporaryFolder _cache = null!;

    [SetUp]
    public void SetUp() => _cache = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _cache.Dispose();

    /// <summary>The file in a claim that says who has it.</summary>
    internal static string OwnerOf(string host, int process, string batch = "null", int restart = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {
          "Nonce": "0123", "Process": {"Host": "{{host}}", "Process": {{process}}, "Started": "2026-01-01T00:00:00Z"},
          "Batch": {{batch}}, "Restart": {{restart}}
        }
        """);

    [Test]
    public void TheClaimOfAnEndedProcessIsTakenAtOnce()
    {
        Claim(OwnerOf(Environment.MachineName, 2147483646));
        StageFolder folder = Folder();

        using IDisposable? claim = folder.Begin(Soon());

        Assert.That((claim is not null, folder.IsTakenOver), Is.EqualTo((true, false)));
    }

    [Test]
    public void TheClaimOfAnEarlierStartOfTheSameBatchJobIsTakenAtOnce()
    {
        string? job = Environment.GetEnvironmentVariable("SLURM_JOB_ID"), count = Environment.GetEnvironmentVariable("SLURM_RESTART_COUNT");
        try
        {
            Environment.SetEnvironmentVariable("SLURM_JOB_ID", "17");
            Environment.SetEnvironmentVariable("SLURM_RESTART_COUNT", "1");
            Claim(OwnerOf("another", 1, "\"17\""));

            using IDisposable? claim = Folder().Begin(Soon());

            Assert.That(claim, Is.Not.Null);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLURM_JOB_ID", job);
            Environment.SetEnvironmentVariable("SLURM_RESTART_COUNT", count);
        }
    }

    [Test]
    public void TheClaimOfAnotherMachineCountsAsLongAsItsBeatMoves()
    {
        string beat = Path.Combine(Claim(OwnerOf("another", 1)), "beat.");
        int beats = 0;
        TimeSpan now = TimeSpan.Zero;
        StageFolder folder = new(_cache.Path, "train", "label", new { A = 1 })
        {
            Silence = TimeSpan.FromSeconds(1),
            Clock = () =>
            {
                if (beats < 8)
                {
                    string before = beat + beats++.ToString(CultureInfo.InvariantCulture);
                    File.Move(before, beat + beats.ToString(CultureInfo.InvariantCulture));
                }

                return now += TimeSpan.FromSeconds(0.9);
            },
        };

        using IDisposable? claim = folder.Begin(Soon());

        Assert.That((claim is not null, beats), Is.EqualTo((true, 8)), "nobody's when the beat stands still, and no sooner");
    }

    [Test]
    public void WhoWaitsForAClaimThatCannotBeRemovedCanBeStopped()
    {
        using HeldFolder held = new(Claim(OwnerOf(Environment.MachineName, 2147483646)));
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(0.3));

        Task waiting = Task.Run(() => Folder().Begin(stop.Token));

        Assert.That(() => waiting.Wait(TimeSpan.FromSeconds(10)), Throws.InnerException.InstanceOf<OperationCanceledException>());
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AClaimThatCannotBeRemovedIsNamedAfterSomeTries()
    {
        string claim = Claim(OwnerOf(Environment.MachineName, 2147483646));
        using HeldFolder held = new(claim);

        Assert.That(() => Folder().Begin(Soon()), Throws.TypeOf<IOException>().With.Message.StartsWith($"{claim}: "));
    }

    [Test]
    public void TheNextAttemptGoesOnFromWhatTheLastLeftInAFolderOfItsOwn()
    {
        StageFolder first = Folder(), second = Folder();
        first.Begin(Soon())!.Dispose();
        File.WriteAllText(first.WorkFile("checkpoint"), "half");

        using IDisposable? claim = second.Begin(Soon());

        Assert.That(second.WorkPath, Is.Not.EqualTo(first.WorkPath));
        Assert.That(File.ReadAllText(second.WorkFile("checkpoint")), Is.EqualTo("half"));
        Assert.That(Directory.Exists(first.WorkPath), Is.False);
    }

    // As on a file system where a claim is not seen: both have one and both write everything.
    [Test]
    public void OfTwoThatBothWorkTheFirstWholeResultStays()
    {
        StageFolder first = Folder(), second = Folder();
        using IDisposable? one = first.Begin(Soon());
        Unclaim();
        using IDisposable? two = second.Begin(Soon());
        Directory.CreateDirectory(first.WorkPath); // The second has gone on with the first's.
        File.WriteAllText(first.WorkFile("a.txt"), "first");
        File.WriteAllText(second.WorkFile("a.txt"), "second");

        second.Commit(TimeSpan.FromSeconds(1));
        first.Commit(TimeSpan.FromSeconds(2));

        Assert.That(File.ReadAllText(Folder().FileOf("a.txt")), Is.EqualTo("second"));
        Assert.That((Folder().FindCorruption(), Folder().Seconds, Folder().IsBegun), Is.EqualTo(((string?)null, 1.0, false)));
    }

    // Else a folder that was taken away and made again, without what was in it, would pass for a result.
    [Test]
    public void WhoWasTakenForDeadCommitsNothing()
    {
        StageFolder first = Folder(), second = Folder();
        using IDisposable? one = first.Begin(Soon());
        File.WriteAllText(first.WorkFile("a.txt"), "half");
        Unclaim();
        using IDisposable? two = second.Begin(Soon());
        Directory.CreateDirectory(first.WorkPath);

        Assert.That(() => first.Commit(TimeSpan.Zero), Throws.TypeOf<IOException>().With.Message.Contains("went on with its work"));
        Assert.That(first.IsComplete, Is.False);
        Assert.That(File.Exists(second.WorkFile("a.txt")));
    }

    [Test]
    public void WhoWasTakenForDeadWaitsForTheOther()
    {
        StageFolder other = Folder();
        int tries = 0;
        IDisposable? claim = null;
        Task? end = null;
        Job slow = new(Folder(), folder =>
        {
            tries++;
            Unclaim();
            claim = other.Begin(Soon());
            end = Task.Delay(300).ContinueWith(_ =>
            {
                File.WriteAllText(other.WorkFile("a.txt"), "other");
                other.Commit(TimeSpan.FromSeconds(1));
                claim!.Dispose();
            }, TaskScheduler.Default);
            File.WriteAllText(folder.WorkFile("a.txt"), "slow"); // The folder is the other's now.
        });

        string? reason = JobAttempt.Run(slow, new JobContext(CPU, 1, Soon()), JobProgress.None);

        end!.Wait(); // It still sweeps when its result is there.
        Assert.That((reason, tries, File.ReadAllText(Folder().FileOf("a.txt"))), Is.EqualTo(((string?)null, 1, "other")));
    }

    [Test]
    public void ManyAtOnceMakeOneResult()
    {
        for (int round = 0; round < 20; round++)
        {
            StageFolder[] folders =
            [
                .. Enumerable.Range(0, 4).Select(_ => new StageFolder(_cache.Path, "train", "label", new { A = round })),
            ];
            int works = 0;
            Parallel.ForEach(folders, new ParallelOptions { MaxDegreeOfParallelism = 4 }, folder =>
            {
                Job job = new(folder, f =>
                {
                    Interlocked.Increment(ref works);
                    File.WriteAllText(f.WorkFile("a.txt"), "content");
                    f.Commit(TimeSpan.FromSeconds(1));
                });
                Assert.That(JobAttempt.Run(job, new JobContext(CPU, 1, Soon()), JobProgress.None), Is.Null);
            });

            Assert.That((works, folders[0].FindCorruption()), Is.EqualTo((1, (string?)null)), $"round {round}");
            Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(_cache.Path, "train")).Count(), Is.EqualTo(round + 1));
        }
    }

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private StageFolder Folder(TimeSpan? silence = null) =>
        new(_cache.Path, "train", "label", new { A = 1 }) { Silence = silence ?? TimeSpan.FromMinutes(1) };

    private string Claim(string owner)
    {
        string file = Path.GetRelativePath(_cache.Path, Folder().Path + ".claim");
        _cache.File(file + "/beat.0", "");
        return Path.GetDirectoryName(_cache.File(file + "/owner.json", owner))!;
    }

    private void Unclaim() => Directory.Delete(Folder().Path + ".claim", recursive: true);

    private sealed class Job(StageFolder folder, Action<StageFolder> run) : IJob
    {
        public StageFolder Folder => folder;

        public IReadOnlyList<IJob> Needs => [];

        public double Weight => 1;

        public string MemorySettings => "data.size";

        public void Run(JobContext context, JobProgress progress) => run(folder);
    }
}
