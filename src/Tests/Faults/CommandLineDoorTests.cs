using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;
using Reproduce.Tests.Runner;
using TorchSharp;

namespace Reproduce.Tests.Faults;

/// <summary>What the command line is given beside settings: refused in one sentence, exit code 2, before anything is computed.</summary>
public sealed class CommandLineDoorTests
{
    private const int Subject = 12;

    [Test]
    public void FoldersThatAreNoneAreRefused() => FaultLog.Try(
        Subject, "--out and --cache that are empty, a file, or inside a file", () =>
    {
        using TemporaryFolder folder = new();
        string file = folder.File("README.md", "hello");
        (string Name, string Problem)[] cases =
        [
            ("", "expected the name of a folder, got ''."),
            (" ", "expected the name of a folder, got ' '."),
            (file, $"expected a folder, but {file} is a file."),
            (Path.Combine(file, "x"), $"expected a folder, but {file} is a file."),
        ];
        foreach ((string name, string problem) in cases)
        {
            Assert.That(
                () => RunCommand.Run(Request() with { Output = name }, dryRun: true, verbose: false),
                Throws.TypeOf<ConfigurationException>().With.Message.EqualTo($"--out: {problem}"));
            Assert.That(
                () => RunCommand.Run(Request() with { Cache = name }, dryRun: true, verbose: false),
                Throws.TypeOf<ConfigurationException>().With.Message.EqualTo($"--cache: {problem}"));
        }

        return (cases.Length * 2, "all refused with exit code 2 by --dry-run already; before: stack traces for empty names, and for files "
            + "exit code 1 after the plan was accepted");
    });

    [Test]
    public void AGpuThatIsNotThereIsRefused() => FaultLog.Try(Subject, "--set device=cuda without a GPU, cuda:99", () =>
    {
        string[] devices = torch.cuda.is_available() ? ["cuda:99"] : ["cuda", "cuda:0", "cuda:99"];
        foreach (string device in devices)
        {
            Assert.That(
                () => RunCommand.Run(Request($"device={device}"), dryRun: true, verbose: false),
                Throws.TypeOf<ConfigurationException>().With.Message.StartsWith($"device: '{device}' is not available"));
        }

        return (devices.Length, "exit code 2 and one sentence; before: the sentence inside a stack trace, exit code 134");
    });

    [Test, Category(FastUnlessSlowAttribute.Slow)]
    public void NoInputEndsInAStackTrace() => FaultLog.Try(Subject, "the same and more through the real command line", () =>
    {
        using TemporaryFolder folder = new();
        string experiment = Path.Combine(Repository.Root, "experiments", "gmm.yaml"), file = folder.File("README.md", "hello");
        string[][] cases =
        [
            [experiment, "--profile", "smoke", "--out", file],
            [experiment, "--profile", "smoke", "--cache", file],
            [experiment, "--profile", "smoke", "--out", ""],
            [experiment, "--profile", "smoke", "--set", "device=cuda:99"],
            [""],
            [folder.Path],
            [file],
            ["score", "--samples", "", "--reference", file],
            ["score", "--samples", folder.Path, "--reference", file],
            ["score", "--samples", file, "--reference", file],
            ["score", "--samples", file, "--reference", file, "--seed", "99999999999999999999"],
        ];
        foreach (string[] arguments in cases)
        {
            (int exitCode, _, string errors) = Repository.Run(folder.Path, arguments);
            Assert.That(exitCode, Is.EqualTo(ExitCodes.BadConfiguration), string.Join(' ', arguments) + errors);
            Assert.That(errors, Is.Not.Empty.And.Not.Contains("   at "));
        }

        (int cannot, _, string why) = Repository.Run(
            folder.Path, experiment, "--profile", "smoke", "--out", folder.Path, "--cache", "/proc/x");
        Assert.That(cannot, Is.EqualTo(ExitCodes.Failure), why);
        Assert.That(why, Does.StartWith("--cache: the folder /proc/x cannot be made").And.Not.Contains("   at "));
        return (
            cases.Length + 1,
            "exit code 2 and one sentence, no stack trace; a folder that cannot be made: exit code 1 before any work"
        );
    });

    private static RunRequest Request(params string[] settings) =>
        Repository.Request(Path.Combine(Repository.Root, "experiments", "gmm.yaml"), "smoke", null, settings);
}
