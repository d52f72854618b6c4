using NUnit.Framework;
using Reproduce.Runner.Display;

namespace Reproduce.Tests.Runner;

/// <summary>The estimate of the time left.</summary>
public sealed class StageClockTests
{
    [Test]
    public void WhatAnEarlierRunMadeSaysNothingAboutTheSpeed()
    {
        StageClock clock = new([new DisplayJob("long", 3), new DisplayJob("short", 1)]);
        Assert.That(clock.Left, Is.Null);
        clock.Resume(0, 0.5);
        Assert.That(clock.Share, Is.EqualTo(0.375));
        Assert.That(clock.Left, Is.Null, "nothing was made yet");

        // 0.075 of all work was made in this run; 0.55 is left.
        clock.Report(0, 0.6);
        TimeSpan before = clock.Elapsed;
        TimeSpan left = clock.Left!.Value;
        Assert.That(left, Is.InRange(before * (0.55 / 0.0751), clock.Elapsed * (0.55 / 0.0749)));
        Assert.That(clock.Report(0, 1), Is.True);
        Assert.That(clock.Report(0, 1), Is.False, "it is finished once");
        Assert.That((clock.Finished, clock.Share), Is.EqualTo((1, 0.75)));
    }

    [Test]
    public void AJobOfTwoPartsResumesBoth()
    {
        StageClock clock = new([new DisplayJob("of two parts", 1)]);
        clock.Resume(0, 0.5);
        clock.Resume(0, 0.6);
        Assert.That((clock.Share, clock.Left), Is.EqualTo((0.6, (TimeSpan?)null)), "nothing was made yet");
        clock.Report(0, 0.8);
        TimeSpan before = clock.Elapsed;
        Assert.That(clock.Left!.Value, Is.InRange(before * 0.999, clock.Elapsed * 1.001), "a fifth was made, a fifth is left");
    }
}
