using NUnit.Framework;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Tests.Runner;

/// <summary>With what a job's own process is started.</summary>
public sealed class JobProcessTests
{
    /// <summary>Windows takes any case for a program's name, and its user may have given it another.</summary>
    [TestCase("/opt/reproduce.exe")]
    [TestCase("/opt/Reproduce")]
    [TestCase("/opt/renamed")]
    public void TheProgramIsFoundWhateverItIsCalled(string path) =>
        Assert.That(JobProcess.ProgramFor(path, isEntry: true), Is.EqualTo((path, true)));

    /// <summary>The dotnet that runs, which need not be on the path.</summary>
    [TestCase("/usr/share/dotnet/dotnet", true)]
    [TestCase("/usr/share/dotnet/DOTNET.exe", false)]
    public void WhatDotnetStartedIsStartedByTheSameDotnet(string path, bool isEntry) =>
        Assert.That(JobProcess.ProgramFor(path, isEntry), Is.EqualTo((path, false)));

    [TestCase("/opt/testhost")]
    [TestCase(null)]
    public void AnotherHostLeavesItToDotnet(string? path) =>
        Assert.That(JobProcess.ProgramFor(path, isEntry: false), Is.EqualTo(("dotnet", false)));
}
