using NUnit.Framework;
using Reproduce.Runner.Display;

namespace Reproduce.Tests.Runner;

/// <summary>The estimate of the time left.</summary>
public sealed class StageClockTests
{
    [Test]
    public void WhatAnEarlierRunMadeSaysNothingAboutTheSpeed()
    {
        TimeSpan now = TimeSpan.Zero;
        StageClock clock = new([new DisplayJob("long", 3), new DisplayJob("short", 1)], () => now);
        Assert.That(clock.Left, Is.Null);
        clock.Resume(0, 0.5);
        Assert.That(clock.Share, Is.EqualTo(0.375));
        Assert.That(clock.Left, Is.Null, "nothing was made yet");

        // 0.3 of 4 units were made in this run; 2.2 are left.
        now = TimeSpan.FromSeconds(30);
        clock.Report(0, 0.6);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(220).Within(1e-5));
        Assert.That(clock.Report(0, 1), Is.True);
        Assert.That(clock.Report(0, 1), Is.False, "it is finished once");
        Assert.That((clock.Finished, clock.Share), Is.EqualTo((1, 0.75)));
    }

    [Test]
    public void AJobOfTwoPartsResumesBoth()
    {
        TimeSpan now = TimeSpan.Zero;
        StageClock clock = new([new DisplayJob("of two parts", 1)], () => now);
        clock.Resume(0, 0.5);
        clock.Resume(0, 0.6);
        Assert.That((clock.Share, clock.Left), Is.EqualTo((0.6, (TimeSpan?)null)), "nothing was made yet");
        now = TimeSpan.FromSeconds(12);
        clock.Report(0, 0.8);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(12).Within(1e-5), "a fifth was made, a fifth is left");
    }

    /// <summary>
    /// A cheap contender first, then one whose unit of work takes ten times as long: its own first share tells what all of its jobs take,
    /// and the estimate no longer grows while it works.
    /// </summary>
    [Test]
    public void EachKinHasASpeedOfItsOwn()
    {
        TimeSpan now = TimeSpan.Zero;
        StageClock clock = new(
            [
                new DisplayJob("a", 1, "cheap"), new DisplayJob("b", 1, "dear"),
                new DisplayJob("c", 3, "dear"), new DisplayJob("d", 2, "cheap"),
            ],
            () => now);
        now = TimeSpan.FromSeconds(1);
        clock.Report(0, 1);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(6).Within(1e-5), "nothing is known of the dear ones");
        now = TimeSpan.FromSeconds(2);
        clock.Report(1, 0.1);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(9 + 30 + 2).Within(1e-5));
        now = TimeSpan.FromSeconds(11);
        clock.Report(1, 1);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(30 + 2).Within(1e-5));
        now = TimeSpan.FromSeconds(26);
        clock.Report(2, 0.5);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(15 + 2).Within(1e-5));
    }

    /// <summary>A training that fails in its first minutes has not done the work of hours in them.</summary>
    [Test]
    public void AFailedJobHasMadeWhatItHadMade()
    {
        TimeSpan now = TimeSpan.Zero;
        StageClock clock = new([new DisplayJob("fails", 1), new DisplayJob("fails at once", 1), new DisplayJob("long", 2)], () => now);
        now = TimeSpan.FromSeconds(10);
        clock.Report(0, 0.1);
        clock.Fail(0);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(300).Within(1e-5), "three units of 100 s");
        clock.Fail(1);
        Assert.That((clock.Left!.Value.TotalSeconds, clock.Share, clock.Finished), Is.EqualTo((200.0, 0.5, 2)).Within(1e-5));
    }

    /// <summary>Two jobs at once share the work that is left, and the last one cannot be shared.</summary>
    [Test]
    public void JobsAtOnceShareWhatIsLeft()
    {
        TimeSpan now = TimeSpan.Zero;
        StageClock clock = new([new DisplayJob("a", 1), new DisplayJob("b", 1), new DisplayJob("c", 1), new DisplayJob("d", 1)], () => now);
        now = TimeSpan.FromSeconds(5);
        clock.Report(0, 0.5);
        clock.Report(1, 0.5);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(15).Within(1e-5));
        now = TimeSpan.FromSeconds(10);
        clock.Report(0, 1);
        clock.Report(1, 1);
        now = TimeSpan.FromSeconds(12);
        clock.Report(2, 0.2);
        clock.Report(3, 0.2);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(8).Within(1e-5));
        now = TimeSpan.FromSeconds(20);
        clock.Report(2, 1);
        Assert.That(clock.Left!.Value.TotalSeconds, Is.EqualTo(10).Within(1e-5), "the last one alone");
    }
}
