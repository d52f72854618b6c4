using System.Text;
using NUnit.Framework;
using Reproduce.Tasks.Benchmark;

namespace Reproduce.Tests.Tasks.Benchmark;

/// <summary>sbibm's files from the net: which, from where, and that nothing else is believed.</summary>
[NonParallelizable]
public sealed class BenchmarkDownloadTests
{
    // As the repository has it.
    private const string Known = "slcp/num_observation_3/observation.csv";
    private const string KnownContent = """
        data_1,data_2,data_3,data_4,data_5,data_6,data_7,data_8
        3.5023372,5.254722,8.685451,9.995327,0.40782332,-5.7111573,10.605566,12.695774

        """;

    private string _folder = null!;
    private string _before = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("download").FullName;
        _before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _folder;
    }

    [TearDown]
    public void TearDown()
    {
        Environment.CurrentDirectory = _before;
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("gaussian_linear")]
    [TestCase("slcp")]
    [TestCase("bernoulli_glm")]
    [TestCase("lotka_volterra")]
    public void ATaskHasThreeFilesForEachOfItsTenObservations(string task)
    {
        IReadOnlyList<(string Path, long Size, string Sha256)> files = BenchmarkDownload.FilesOf(task);
        Assert.That(files.Select(f => f.Path), Is.EquivalentTo(
            from number in Enumerable.Range(1, 10)
            from name in new[] { "observation.csv", "true_parameters.csv", "reference_posterior_samples.csv.bz2" }
            select $"{task}/num_observation_{number}/{name}"));
        Assert.That(files.Select(f => f.Sha256), Is.Unique.And.All.Length.EqualTo(64));
        Assert.That(files.Select(f => f.Size), Is.All.InRange(30, 1_000_000));
    }

    [Test]
    public void WhatIsThereIsNotFetchedAndTheRestComesFromTheRepository()
    {
        foreach ((string path, _, _) in BenchmarkDownload.FilesOf("slcp").Where(f => f.Path != Known))
        {
            Put(path.EndsWith(".bz2", StringComparison.Ordinal) && path.Contains("_1/", StringComparison.Ordinal) ? path[..^4] : path);
        }

        List<Uri> asked = [];
        BenchmarkDownload download = new(source =>
        {
            asked.Add(source);
            return new MemoryStream(Encoding.UTF8.GetBytes(KnownContent.ReplaceLineEndings("\n")));
        });
        download.Fetch("data", "slcp");

        Assert.That(asked.Single().AbsoluteUri, Does.Match(
            "^https://raw.githubusercontent.com/sbi-benchmark/sbibm/[0-9a-f]{40}/sbibm/tasks/slcp/files/"
                + "num_observation_3/observation.csv$"));
        Assert.That(File.ReadAllLines(Path.Combine("data", Known)), Has.Length.EqualTo(2));
    }

    [Test]
    public void AnotherFileIsRefusedAndLeavesNothing()
    {
        BenchmarkDownload download = new(_ => new MemoryStream([1, 2, 3]));
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => download.Fetch("data", "sir"))!;
        Assert.That(thrown.Message, Does.Contain("sir/files/num_observation_1/observation.csv: expected ").And.Contain("got 3 bytes"));
        Assert.That(Directory.GetFiles("data", "*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void WithoutANetworkOneIsToldWhereToPutTheFiles()
    {
        BenchmarkSettings settings = new() { Problem = BenchmarkName.Sir };
        BenchmarkDownload download = new(_ => throw new HttpRequestException("Name or service not known."));

        Assert.That(settings.FindMissingInput(), Is.Null, "they may come from the net");
        FileNotFoundException thrown = Assert.Throws<FileNotFoundException>(() => settings.Fetch(download))!;
        Assert.That(thrown.Message, Does.StartWith("data_folder: there is no file").And.Contains("github.com/sbi-benchmark/sbibm")
            .And.Contains("failed: Name or service not known."));
    }

    [TestCase(false, null)]
    [TestCase(true, "elsewhere")]
    public void NothingIsAskedForWhereTheUserSaysSo(bool mayDownload, string? folder)
    {
        BenchmarkSettings settings = new() { Problem = BenchmarkName.Sir, Download = mayDownload, DataFolder = folder };
        BenchmarkDownload download = new(_ => throw new AssertionException("asked"));

        Assert.That(settings.FindMissingInput(), Does.StartWith("data_folder: there is no file"));
        Assert.That(() => settings.Fetch(download), Throws.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public void DistractorsAreNotPublishedAsTheyAreRead() => Assert.That(
        new BenchmarkSettings { Problem = BenchmarkName.SlcpDistractors }.FindMissingInput(), Does.Contain("distractors.npz"));

    private static void Put(string path)
    {
        string file = Path.Combine(["data", .. path.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
    }
}
