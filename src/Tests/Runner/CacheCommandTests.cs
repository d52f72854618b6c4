using NUnit.Framework;
using Reproduce.Runner.CommandLine;
using Reproduce.Runner.Storage;

namespace Reproduce.Tests.Runner;

/// <summary>What the cache is said to hold, and what is removed of it.</summary>
public sealed class CacheCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        StageFolder done = Job("done");
        using (done.Begin())
        {
            File.WriteAllText(done.WorkFile("weights.txt"), "0123456789");
            done.Commit(TimeSpan.FromSeconds(2));
        }

        StageFolder stopped = Job("stopped");
        stopped.Begin()!.Dispose();
        File.WriteAllText(stopped.WorkFile("checkpoint.txt"), "01234");
        Job("bad").Fail("a reason");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void EveryJobIsListedWithItsState()
    {
        IReadOnlyList<CachedJob> jobs = CachedJob.In(_folder.Path);
        CachedJob done = jobs.Single(j => j.IsDone);

        Assert.Multiple(() =>
        {
            Assert.That(jobs, Has.Count.EqualTo(3));
            Assert.That((done.Stage, done.Label, done.Experiment), Is.EqualTo(("train", "done", "tiny")));
            Assert.That(done.Source, Is.EqualTo(JobOrigin.ThisSource));
            Assert.That(jobs.Single(j => j.HasWork).Bytes, Is.EqualTo(5));
            Assert.That(Written(o => CacheCommand.List(_folder.Path, o)), Does.Contain("failed").And.Contain("unfinished"));
            Assert.That(Written(o => CacheCommand.Measure(_folder.Path, o)), Does.Contain("1 done, 1 unfinished"));
        });
    }

    [Test]
    public void WhatAStoppedRunLeftGoesAndAClaimThatIsHeldStays()
    {
        _folder.File("train/0123456789abcdef.claim/owner.json", ClaimTests.OwnerOf(Environment.MachineName, 2147483646));
        _folder.File("train/0123456789abcdef.lock", ""); // Of a program of before claims.
        StageFolder running = Job("running");
        using (running.Begin())
        {
            string output = Written(o => CacheCommand.Clean(_folder.Path, unfinished: true, unused: false, yes: true, o));

            Assert.That(output, Does.StartWith("2 locks of stopped runs removed").And.Contain("a process works on it: left"));
            Assert.That(running.WorkPath, Does.Exist);
            Assert.That(running.Path + ".claim", Does.Exist);
        }

        Assert.That(Job("stopped").IsBegun, Is.False);
        Assert.That(Job("stopped").Path + ".claim", Does.Not.Exist, "removing leaves no claim of its own");
        Assert.That(Path.Combine(_folder.Path, "train", "0123456789abcdef.lock"), Does.Not.Exist);
        Assert.That(Job("done").IsComplete, "what is done stays");
    }

    [Test]
    public void NothingIsRemovedWithoutYes()
    {
        string output = Written(o => CacheCommand.Clean(_folder.Path, unfinished: true, unused: false, yes: false, o));

        Assert.That(output, Does.Contain("would remove").And.Contain("add --yes"));
        Assert.That(Job("stopped").IsBegun);
    }

    private StageFolder Job(string label) => new(_folder.Path, "train", label, new { Name = "tiny", Label = label });

    private static string Written(Action<TextWriter> write)
    {
        using StringWriter text = new();
        write(text);
        return text.ToString();
    }
}
