using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Runner.CommandLine;

namespace Reproduce.Tests.Runner;

/// <summary>Two folders of results side by side, of those that are committed.</summary>
public sealed class CompareCommandTests
{
    private static readonly string s_results = Path.Combine(Repository.Root, "results");

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AVariantIsComparedWithTheMethodAsTheTextGivesIt()
    {
        using TemporaryFolder folder = new();
        using StringWriter console = new();

        int exitCode = CompareCommand.Run(
            Path.Combine(s_results, "gmm"), Path.Combine(s_results, "gmm", "published-code"), folder.Path, console);

        string page = File.ReadAllText(Path.Combine(folder.Path, CompareCommand.PageFile));
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Success));
        Assert.That(console.ToString(), Does.Contain("C2ST: ").And.Contain("compare.md"));
        Assert.That(page, Does.Contain("## Settings that differ").And.Contain("\n## C2ST\n"));
        Assert.That(page, Does.Match(@"\| FMPE, 10 steps +\| +1024 \|[^|]+±[^|]+\|[^|]+±[^|]+\|[^|]+±"));
        Assert.That(new FileInfo(Path.Combine(folder.Path, "compare.html")).Length, Is.GreaterThan(1_000_000));
    }

    /// <summary>A folder and itself: whatever the numbers scatter by, they differ by nothing.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AFolderIsEqualToItself()
    {
        using TemporaryFolder folder = new();
        using StringWriter console = new();

        CompareCommand.Run(Path.Combine(s_results, "tumor"), Path.Combine(s_results, "tumor"), folder.Path, console);

        Assert.That(console.ToString(), Does.Contain("The settings are the same."));
        string[] tallies = [.. console.ToString().Split('\n').Where(l => l.Contains(" in both, B is ", StringComparison.Ordinal))];
        Assert.That(tallies, Is.Not.Empty.And.All.Match(@": (\d+) in both, B is \1 equal$"));
    }

    [Test]
    public void AFolderWithoutResultsIsNamed()
    {
        using TemporaryFolder folder = new();

        ConfigurationException e = Assert.Throws<ConfigurationException>(
            () => CompareCommand.Run(folder.Path, s_results, Path.Combine(folder.Path, "out"), TextWriter.Null))!;

        Assert.That(e.Message, Does.StartWith(folder.Path).And.Contain("measurements.csv"));
    }

    [Test]
    public void ExperimentsWithoutACommonNumberAreRefused()
    {
        using TemporaryFolder folder = new();

        ConfigurationException e = Assert.Throws<ConfigurationException>(() => CompareCommand.Run(
            Path.Combine(s_results, "tumor"), Path.Combine(s_results, "kinematics"), Path.Combine(folder.Path, "out"), TextWriter.Null))!;

        Assert.That(e.Message, Does.Contain("no number in common"));
        Assert.That(Path.Combine(folder.Path, "out"), Does.Not.Exist);
    }

    /// <summary>Random numbers come from the experiment's name, too: under another name the test sets are others.</summary>
    [TestCase(false, "the same test sets")]
    [TestCase(true, "Name, seed, task or test settings differ")]
    public void AnotherNameHasOtherTestSets(bool renamed, string sentence)
    {
        using TemporaryFolder folder = new();
        string decay = Path.Combine(s_results, "examples", "decay"), copy = Path.Combine(folder.Path, "copy");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(decay).Where(f => Path.GetExtension(f) is ".csv" or ".gz" or ".yaml" or ".json"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        string manifest = Path.Combine(copy, "manifest.json"), text = File.ReadAllText(manifest);
        string other = Regex.Replace(text, @"(""settings"": \{[^}]*""name"": "")[0-9a-f]+", "${1}0123");
        Assert.That(other, Is.Not.EqualTo(text));
        File.WriteAllText(manifest, renamed ? other : text);

        CompareCommand.Run(decay, copy, Path.Combine(folder.Path, "out"), TextWriter.Null);

        Assert.That(File.ReadAllText(Path.Combine(folder.Path, "out", CompareCommand.PageFile)), Does.Contain(sentence));
    }
}
