using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Architecture;

/// <summary>Habits without which files differ between systems, or fail on one of them alone.</summary>
public sealed class PortableFilesTests
{
    /// <summary>Windows refuses to rename what somebody has open: only the room that tries again may rename.</summary>
    [Test]
    public void OnlyOneRoomRenames() => Assert.That(LinesWith(@"\b(File|Directory)\.(Move|Replace)\("), Is.Empty);

    /// <summary>Indented JSON takes the system's line ends unless it is told otherwise.</summary>
    [Test]
    public void IndentedJsonSaysItsLineEnds()
    {
        string[] files = [.. Sources().Where(f => File.ReadAllText(f).Contains("WriteIndented = true", StringComparison.Ordinal))];

        Assert.That(files, Is.Not.Empty);
        Assert.That(files.Where(f => !File.ReadAllText(f).Contains("NewLine = \"\\n\"", StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>Pages and tables end their lines themselves.</summary>
    [Test]
    public void NoTextTakesTheSystemsLineEnds() => Assert.That(LinesWith(@"(?<!errors)\.AppendLine\("), Is.Empty);

    private static string[] LinesWith(string pattern) =>
    [
        .. from file in Sources()
           from line in File.ReadLines(file)
           where Regex.IsMatch(line, pattern)
           select $"{Path.GetFileName(file)}: {line.Trim()}",
    ];

    private static IEnumerable<string> Sources()
    {
        string source = Path.Combine(Repository.Root, "src");
        string[] others = ["Tests", "Benchmarks", "Files", "bin", "obj"];
        return Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(source, f).Split(Path.DirectorySeparatorChar).Any(others.Contains));
    }
}
