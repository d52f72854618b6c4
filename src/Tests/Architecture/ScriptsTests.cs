using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Faults;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Architecture;

/// <summary>Scripts say what they are for from any folder, and refuse what they do not know before they do anything.</summary>
public sealed class ScriptsTests
{
    // It answers by its exit code alone.
    private const string Question = "has-fashion-mnist.sh";

    // Their options go on to the program or to dotnet test.
    private static readonly string[] s_passOn = ["reproduce", "faults"];

    private static IEnumerable<string> Scripts => Directory.EnumerateFiles(Path.Combine(Repository.Root, "scripts"))
        .Select(f => Path.GetFileName(f)!).Where(f => f != Question).Order();

    private static IEnumerable<string> PlantedFaults =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "scripts", "planted")).Select(f => Path.GetFileName(f)!).Order();

    private static IEnumerable<string> ScriptsThatRefuse => Scripts.Where(f => !s_passOn.Contains(Path.GetFileNameWithoutExtension(f)));

    [TestCaseSource(nameof(Scripts))]
    public void HelpIsTheHeadOfTheScript(string name)
    {
        (int exitCode, string output, string errors) = Run(name, "--help");
        string file = Path.Combine(Repository.Root, "scripts", name);
        string head = File.ReadLines(file).First(l => l.StartsWith("# ", StringComparison.Ordinal))[2..];
        Assert.That(exitCode, Is.Zero, errors);
        Assert.That(output, Does.StartWith(head));
        Assert.That(output.Split('\n'), Has.Some.StartsWith($"scripts/{name}"), "how it is called");
    }

    [TestCaseSource(nameof(ScriptsThatRefuse))]
    public void AnUnknownArgumentIsRefused(string name)
    {
        (int exitCode, string output, string errors) = Run(name, "--bogus");
        Assert.That(exitCode, Is.EqualTo(2), output + errors);
        Assert.That(errors, Does.Contain($"scripts/{name}").And.Contain("'--bogus'"));
    }

    /// <summary>
    /// A night of many steps goes on when one fails, but not when one was interrupted: neither where the step says so, nor where it hears
    /// the same Ctrl-C as the script and ends otherwise.
    /// </summary>
    [TestCase("nightly.sh", "exit 130", 130)]
    [TestCase("nightly.sh", "exit 143", 143)]
    [TestCase("nightly.sh", "trap '' INT; kill -INT 0; exit 1", 130)]
    [TestCase("nightly.ps1", "exit 130", 130)]
    [TestCase("nightly.ps1", "exit 143", 143)]
    [TestCase("planted.sh", "exit 130", 130)]
    [TestCase("planted.sh", "exit 143", 143)]
    [TestCase("planted.sh", "trap '' INT; kill -INT 0; exit 1", 130)]
    [Platform("Linux", Reason = "setsid")]
    public void AnInterruptedStepIsTheLast(string name, string end, int expected)
    {
        SignalTests.AssumeHeard("INT");
        string shell = Path.GetExtension(name) == ".ps1" ? "pwsh" : "bash";
        Assume.That(OtherProgram.Run(shell, ["--version"], "/"), Is.Not.Null, $"there is no {shell} here");
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(Path.Combine(folder.Path, "scripts"));
        File.Copy(Path.Combine(Repository.Root, "scripts", name), Path.Combine(folder.Path, "scripts", name));
        folder.File("experiments/a.yaml", "");
        folder.File("experiments/b.yaml", "");
        folder.File("scripts/planted/fault.patch", "");
        Program(folder, "dotnet", $"[ \"$1\" != build ] || exit 0\necho \"$*\" >> '{folder.Path}/calls'\n{end}");
        Program(folder, "git", "case \"$*\" in rev-parse*) echo 0123 ;; 'worktree add'*) mkdir -p \"$5\" ;; esac");

        // In a session of its own: the whole group of a terminal hears Ctrl-C, and this process shall not.
        string path = $"PATH={folder.Path}/bin:{Environment.GetEnvironmentVariable("PATH")}";
        (int exitCode, string output, string errors) =
            OtherProgram.Run("setsid", ["env", path, shell, Path.Combine("scripts", name)], folder.Path)!.Value;

        Assert.That(exitCode, Is.EqualTo(expected), output + errors);
        Assert.That(File.ReadLines(Path.Combine(folder.Path, "calls")).Count(), Is.EqualTo(1));
    }

    /// <summary>As faults.sh: a filter and a share of the user's, which are the user's afterwards too.</summary>
    [TestCase("$env:REPRODUCE_FAULTS = '0.3'; $env:FAULTS = 'Name~X';", "test src/Tests --filter Name~X --no-build 0.3", "left: 0.3")]
    [TestCase("$env:REPRODUCE_FAULTS = $null; $env:FAULTS = $null;", "--filter FullyQualifiedName~Reproduce.Tests.Faults|", "left: \n")]
    [Platform(Exclude = "Win", Reason = "a script in the place of dotnet")]
    public void TheFaultsTakeAFilterAndLeaveTheUsersVariables(string before, string called, string left)
    {
        Assume.That(OtherProgram.Run("pwsh", ["--version"], "/"), Is.Not.Null, "there is no pwsh here");
        using TemporaryFolder folder = new();
        Program(folder, "dotnet", "echo \"$* $REPRODUCE_FAULTS\"");
        string command = $"{before} $env:PATH = '{folder.Path}/bin:' + $env:PATH; scripts/faults.ps1 --no-build; "
            + "\"left: $env:REPRODUCE_FAULTS$env:REPRODUCE_FAULTS_TABLE\"";

        (_, string output, string errors) = OtherProgram.Run("pwsh", ["-NoProfile", "-Command", command], Repository.Root)!.Value;

        Assert.That(output, Does.Contain(called).And.Contain(left), errors);
    }

    /// <summary>
    /// Under pipefail a grep that stops at its first match may kill what writes to it, and the match passes for none.
    /// </summary>
    [Test]
    public void NoPipeEndsInAGrepThatStopsEarly()
    {
        string[] folders = [Path.Combine(Repository.Root, "scripts"), Path.Combine(Repository.Root, ".ci")];
        string[] files = [.. folders.SelectMany(f => Directory.EnumerateFiles(f)).Where(f => Path.GetExtension(f) is ".sh" or "")];

        Assert.That(files.Select(Path.GetFileName), Is.SupersetOf(new[] { "run", "examples.sh", "nightly.sh" }));
        Regex early = new(@"(?<!\|)\|\s*(\\\n\s*)?grep -[A-Za-z]*q");
        Assert.That(files.Where(f => early.IsMatch(File.ReadAllText(f))).Select(Path.GetFileName), Is.Empty);
    }

    [TestCaseSource(nameof(PlantedFaults))]
    public void APlantedFaultSaysWhatItDoesAndFitsTheCode(string name)
    {
        string patch = Path.Combine(Repository.Root, "scripts", "planted", name);
        (int ExitCode, string Output, string Errors)? result =
            OtherProgram.Run("git", ["apply", "--check", patch], Repository.Root);
        Assume.That(result, Is.Not.Null, "there is no git here");
        Assert.That(result!.Value.ExitCode, Is.Zero, result.Value.Errors);
        Assert.That(File.ReadLines(patch).First(), Does.EndWith("."), "a sentence for the table");
    }

    private static void Program(TemporaryFolder folder, string name, string text)
    {
        string file = folder.File($"bin/{name}", $"#!/bin/bash\n{text}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    // From another folder, by a relative path.
    private static (int ExitCode, string Output, string Errors) Run(string name, string argument)
    {
        string script = Path.Combine("..", "scripts", name);
        (string program, string[] arguments) = Path.GetExtension(name) == ".ps1"
            ? ("pwsh", ["-NoProfile", "-File", script, argument])
            : ("bash", new[] { script, argument });
        (int, string, string)? result = OtherProgram.Run(program, arguments, Path.Combine(Repository.Root, "src"));
        Assume.That(result, Is.Not.Null, $"there is no {program} here");
        return result!.Value;
    }
}
