using NUnit.Framework;
using Reproduce.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>Want of memory names the setting to lower.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
[Platform("Linux", Reason = "limits of Linux")]
public sealed class MemoryTests
{
    // .NET reserves addresses generously; a limit on its own heap keeps that below the limit on the process.
    private const string NineGigabytes = "export DOTNET_GCHeapHardLimit=0x30000000; ulimit -v 9000000";

    [TestCase("reference", "test.draws=10000000|test.data_sets=200", "lower test.draws or test.data_sets.", ExitCodes.Failure)]
    [TestCase(
        "train",
        "contenders.cmpe.network.units=40000",
        "lower the contender's training.batch_size or network size",
        ExitCodes.Incomplete
    )]
    public void WantOfMemoryNamesTheSetting(string stage, string settings, string expected, int exitCode) =>
        FaultLog.Try(6, $"out of memory in stage {stage} (address space limited to 9 GB)", () =>
        {
            FaultLog.Cases(stage == "reference" ? 1 : 0, 1);
            using TinyRun run = new();
            (int code, string output, string errors) = run.RunLimited(
                NineGigabytes,
                [.. settings.Split('|').SelectMany(s => new[] { "--set", s })]
            );
            string text = (output + errors).ReplaceLineEndings(" ");
            Assert.That(code, Is.EqualTo(exitCode), text);
            Assert.That(text, Does.Contain("out of memory").And.Contain(expected).And.Not.Contain("   at "));
            string others = exitCode == ExitCodes.Incomplete ? ", the other contender was done" : "";
            return (1, $"exit code {exitCode}{others}; \"{expected.TrimEnd('.')}\"");
        });
}
