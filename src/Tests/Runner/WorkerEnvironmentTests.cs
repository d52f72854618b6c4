using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Runner.Pipeline;

namespace Reproduce.Tests.Runner;

/// <summary>A training has the same variables from a run and from a batch system's script.</summary>
public sealed class WorkerEnvironmentTests
{
    [TestCase("")]
    [TestCase("glibc.malloc.trim_threshold=131072")]
    [Platform("Linux")]
    public void TheShellsLineSetsWhatAChildHas(string own)
    {
        Dictionary<string, string?> child = new() { [NativeHeap.Variable] = own };
        WorkerEnvironment.Set(child);

        string? shell = OtherProgram.Ask("bash", ["-c", $"{NativeHeap.Variable}='{own}'\n{WorkerEnvironment.ToShell()}\nenv"]);

        Assert.That(shell!.Split('\n'), Is.SupersetOf(child.Select(v => $"{v.Key}={v.Value}")));
        Assert.That(child, Has.Count.EqualTo(WorkerEnvironment.Variables.Count + 1));
    }
}
