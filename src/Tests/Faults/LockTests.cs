using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Runner.Storage;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>Two runs at once: one results folder has one run, one job one process; what a dead process left keeps nobody out.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class LockTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void ASecondRunIsRefusedWithTheOwnersHostAndProcess()
    {
        using (ResultsLock first = ResultsLock.Take(_folder.Path))
        {
            Assert.That(first.Stale, Is.Null);
            FolderInUseException refusal = Assert.Throws<FolderInUseException>(() => ResultsLock.Take(_folder.Path))!;
            Assert.That(
                refusal.Message,
                Does.Contain($"process {Environment.ProcessId} on {Environment.MachineName}").And.Contain("--out")
            );
        }

        using ResultsLock second = ResultsLock.Take(_folder.Path);
        Assert.That(second.Stale, Is.Null, "a run that ended leaves nothing stale");
    }

    // A number that no process has; this process's number with another start; damage.
    [TestCase("""{"Host":"HERE","Process":2147483646,"Started":"2026-01-01T00:00:00Z"}""", true)]
    [TestCase("""{"Host":"HERE","Process":SELF,"Started":"2020-01-01T00:00:00Z"}""", true)]
    [TestCase("""{"Host":"HERE","Proc""", false)]
    [TestCase("", false)]
    public void WhatADeadProcessLeftIsTakenOver(string owner, bool isNamed)
    {
        WriteOwner(owner);

        using ResultsLock taken = ResultsLock.Take(_folder.Path);

        Assert.That(taken.Stale is not null, Is.EqualTo(isNamed));
    }

    // On file systems without locks only the owner's file speaks.
    [Test]
    public void ALivingProcessKeepsTheFolderWithoutTheSystemsLockToo()
    {
        using Process self = Process.GetCurrentProcess();
        string started = self.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        WriteOwner($$"""{"Host":"HERE","Process":SELF,"Started":"{{started}}"}""");

        Assert.That(() => ResultsLock.Take(_folder.Path), Throws.TypeOf<FolderInUseException>());
    }

    [TestCase(0, true)]
    [TestCase(10, false)]
    public void AnotherMachinesRunCountsAsLongAsItRenewsItsFile(int minutesAgo, bool isRefused)
    {
        string file = WriteOwner("""{"Host":"another","Process":1,"Started":"2026-01-01T00:00:00Z"}""");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-minutesAgo));

        if (isRefused)
        {
            Assert.That(
                () => ResultsLock.Take(_folder.Path),
                Throws.TypeOf<FolderInUseException>().With.Message.Contains("process 1 on another")
            );
        }
        else
        {
            using ResultsLock taken = ResultsLock.Take(_folder.Path);
            Assert.That(taken.Stale, Does.Contain("another"));
        }
    }

    [Test]
    public void TheSecondProcessOfAJobWaitsAndFindsTheResult()
    {
        StageFolder first = new(_folder.Path, "train", "label", new { A = 1 });
        StageFolder second = new(_folder.Path, "train", "label", new { A = 1 });
        IDisposable claim = first.Begin()!;
        Task<IDisposable?> waiting = Task.Run(() => second.Begin());
        Assert.That(waiting.Wait(300), Is.False, "it waits");
        File.WriteAllText(first.WorkFile("a.txt"), "content");
        first.Commit(TimeSpan.FromSeconds(1));
        claim.Dispose();

        Assert.That(waiting.Result, Is.Null, "nothing is left to do");
        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, "train")).ToArray(), Is.EqualTo(new[] { first.Path }));
    }

    [Test]
    public void WaitingForAJobCanBeCancelled()
    {
        StageFolder folder = new(_folder.Path, "train", "label", new { A = 1 });
        using IDisposable claim = folder.Begin()!;
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(200));

        Assert.That(() => folder.Begin(source.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void TwoRealRuns() => FaultLog.Try(3, "a second run on the folder of a running one, and of a killed one", () =>
    {
        int cases = FaultLog.Cases(1, 5);
        for (int i = 0; i < cases; i++)
        {
            using TinyRun run = new(TinyRun.Cmpe.Replace("epochs: 100,", "epochs: 1000000,", StringComparison.Ordinal));
            using RunningProcess owner = new(run.Start());
            Process first = owner.Process;
            first.BeginOutputReadLine();
            Assert.That(SpinWait.SpinUntil(() => File.Exists(Path.Combine(run.Results, "logs", "run.owner")), TimeSpan.FromSeconds(60)));
            (int exitCode, _, string errors) = run.Run();
            first.Kill(entireProcessTree: true);
            first.WaitForExit();
            Assert.That(exitCode, Is.EqualTo(ExitCodes.FolderInUse), errors);
            Assert.That(errors.TrimEnd(), Does.Contain($"process {first.Id} on {Environment.MachineName}").And.Not.Contain('\n'));

            // An unusable setting ends the next run as soon as it has the folder.
            using RunningProcess follower = new(run.Start());
            Process next = follower.Process;
            string? line = next.StandardOutput.ReadLine();
            next.Kill(entireProcessTree: true);
            next.WaitForExit();
            Assert.That(line, Does.Contain($"The run before (process {first.Id} on"));
        }

        return (
            2 * cases,
            "refused with exit code 4 and one sentence that names host and process; the killed run's lock is recognised and taken over"
        );
    });

    private string WriteOwner(string json) => _folder.File(
        "logs/run.owner",
        json.Replace("HERE", Environment.MachineName, StringComparison.Ordinal)
            .Replace("SELF", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
}
