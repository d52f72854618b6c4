using NUnit.Framework;

namespace Reproduce.Tests.Runner;

/// <summary>Where results go follows from where the experiment's file is.</summary>
public sealed class RunRequestTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    // A checkout may lie below a folder that is called as its own results are.
    [TestCase("a/experiments/gmm.yaml", "a/results")]
    [TestCase("results/a/experiments/gmm.yaml", "results/a/results")]
    [TestCase("results/experiments/gmm.yaml", "results/results")]
    [TestCase("results/a/results/gmm/resolved.yaml", "results/a/results")]
    [TestCase("results/a/results/scratch/b/gmm/resolved.yaml", "results/a/results")]
    [TestCase("results/a/elsewhere/gmm/resolved.yaml", "results/a/results")]
    public void ResultsAreThoseOfTheNearestProject(string file, string results)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "results", "a", "experiments"));

        Assert.That(RootOf(file), Is.EqualTo(Path.Combine(_folder.Path, results)));
    }

    [TestCase("results/a/mine/gmm.yaml")]
    [TestCase("results/a/experiments/mine/gmm.yaml")]
    [TestCase("a/resolved.yaml")]
    public void AFileOfNoProjectHasTheWorkingFoldersResults(string file) =>
        Assert.That(RootOf(file), Is.EqualTo(Path.Combine(Environment.CurrentDirectory, "results")));

    private string RootOf(string file) =>
        Repository.Request(Path.Combine(_folder.Path, file.Replace('/', Path.DirectorySeparatorChar))).ResultsRoot
            .Replace(Path.DirectorySeparatorChar, '/');
}
