using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Architecture;

/// <summary>The runner's folders know one another in one direction, and storage knows nothing of reports.</summary>
public sealed partial class RunnerCirclesTests
{
    private static string Folder => Path.Combine(Repository.Root, "src", "Runner");

    [Test]
    public void NoFolderKnowsOneThatKnowsIt()
    {
        Dictionary<string, string[]> known = Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).ToDictionary(
            name => name!, name => Namespaces(name!).Where(n => n.StartsWith("Reproduce.Runner.", StringComparison.Ordinal))
                .Select(n => n.Split('.')[2]).Where(n => n != name).Distinct().ToArray());

        Assert.That(known["Report"], Does.Contain("Pipeline"), "the files are read");
        Assert.That(known.Keys.Where(name => Reachable(name, known).Contains(name)), Is.Empty);
    }

    [Test]
    public void StorageKnowsNoReport() =>
        Assert.That(Namespaces("Storage").Where(n => n.Contains("Report", StringComparison.Ordinal)), Is.Empty);

    private static HashSet<string> Reachable(string start, Dictionary<string, string[]> known)
    {
        HashSet<string> reached = [];
        Stack<string> open = new(known[start]);
        while (open.TryPop(out string? name))
        {
            if (reached.Add(name))
            {
                Array.ForEach(known[name], open.Push);
            }
        }

        return reached;
    }

    private static IEnumerable<string> Namespaces(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Directive().Matches(File.ReadAllText(file))).Select(m => m.Groups[1].Value);

    [GeneratedRegex(@"^using (?:static |\w+ = )?(Reproduce[\w.]*);", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
