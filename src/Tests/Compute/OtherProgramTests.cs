using NUnit.Framework;
using Reproduce.Compute;

namespace Reproduce.Tests.Compute;

/// <summary>Programs of the machine: dotnet, which is wherever these tests are.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
internal sealed class OtherProgramTests
{
    private static string Folder => TestContext.CurrentContext.TestDirectory;

    [Test]
    public void AnAnswerAndAnExitCodeComeBack()
    {
        string? version = OtherProgram.Ask("dotnet", ["--version"], Folder);
        (int ExitCode, string Output, string Errors)? refused = OtherProgram.Run("dotnet", ["no-such-file.dll"], Folder);

        Assert.That(version, Does.Match(@"^\d+\.\d+\.\d+"));
        Assert.That(refused?.ExitCode, Is.Not.Null.And.Not.Zero);
        Assert.That(refused?.Output + refused?.Errors, Does.Contain("no-such-file.dll"));
        Assert.That(OtherProgram.Ask("dotnet", ["no-such-file.dll"], Folder), Is.Null);
    }

    [Test]
    public void WhatIsNotThereSaysNothing() => Assert.That(OtherProgram.Run("no-such-program-anywhere", []), Is.Null);

    [Test, Platform("Linux")]
    public void AFullPipeDoesNotStopIt()
    {
        (int ExitCode, string Output, string Errors)? both = OtherProgram.Run(
            "sh", ["-c", "head -c 1000000 /dev/zero | tr '\\0' e >&2; head -c 1000000 /dev/zero | tr '\\0' o; cat"]);

        Assert.That(both?.Errors.Length, Is.EqualTo(1_000_000));
        Assert.That(both?.Output.Length, Is.EqualTo(1_000_000), "and what it reads is at its end");
    }
}
