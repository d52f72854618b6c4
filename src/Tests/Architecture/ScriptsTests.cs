using NUnit.Framework;
using Reproduce.Compute;
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
