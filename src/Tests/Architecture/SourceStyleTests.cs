using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Architecture;

/// <summary>What the analyzers cannot hold: the width of a line, and one public type a file.</summary>
public sealed partial class SourceStyleTests
{
    private const int Width = 140;
    private const string Quotes = "\"\"\"";

    private static IEnumerable<string> Sources => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [Test]
    public void NoLineIsTooLong()
    {
        string[] wide = [.. from file in Sources
                             from line in OutsideOfRawText(File.ReadLines(file))
                             where line.Text.Length > Width
                             select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number}"];

        Assert.That(Sources.Count(), Is.GreaterThan(300), "the sources were found");
        Assert.That(wide, Is.Empty, $"lines end at {Width} columns");
    }

    [Test]
    public void AFileHasOnePublicType()
    {
        string[] crowded = [.. Sources.Where(f => File.ReadLines(f).Count(l => PublicType().IsMatch(l)) > 1)
            .Select(f => Path.GetRelativePath(Repository.Root, f))];

        Assert.That(crowded, Is.Empty);
    }

    /// <summary><c>square()</c> is <c>pow(2)</c>, whose 2 may be freed while it is read; see Compute's Scalars and Squares.</summary>
    [Test]
    public void NoSquareHidesAScalar()
    {
        string tests = $"{Path.DirectorySeparatorChar}Tests{Path.DirectorySeparatorChar}";
        string[] hidden = [.. from file in Sources
                              where !file.Contains(tests, StringComparison.Ordinal)
                              from line in File.ReadLines(file)
                              where HiddenSquare().IsMatch(line)
                              select $"{Path.GetRelativePath(Repository.Root, file)}: {line.Trim()}"];

        Assert.That(hidden, Is.Empty, "write Squared()");
    }

    // Expected texts stand as they are: of a table's row nobody can break the line.
    private static IEnumerable<(string Text, int Number)> OutsideOfRawText(IEnumerable<string> lines)
    {
        bool raw = false;
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            bool toggles = line.Split(Quotes).Length % 2 == 0;
            if (!raw)
            {
                yield return (line, number);
            }

            raw ^= toggles;
        }
    }

    [GeneratedRegex(@"\.(square_?\(\)|pow_?\(\d)")]
    private static partial Regex HiddenSquare();

    [GeneratedRegex(@"^public [\w ]*\b(class|record|struct|interface|enum|delegate)\b")]
    private static partial Regex PublicType();
}
