using NUnit.Framework;
using Reproduce.Tasks.Denoising;

namespace Reproduce.Tests.Tasks.Denoising;

/// <summary>Where the data are looked for, and what is believed of a download.</summary>
public sealed class FashionMnistTests
{
    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("fashion-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TheInstalledDataAreTheWellKnownOnes()
    {
        FashionMnist data = DenoisingOracle.Data;
        Assert.That(data.TrainingLabels.CountBy(l => l).Select(c => c.Value), Has.Exactly(10).EqualTo(6000));
        Assert.That(data.TestLabels.CountBy(l => l).Select(c => c.Value), Has.Exactly(10).EqualTo(1000));
        foreach (double[] row in DenoisingOracle.Rows("images.csv"))
        {
            byte[] image = data.TestImages[((int)row[0] * 784)..(((int)row[0] + 1) * 784)];
            Assert.That(image.Distinct().Count(), Is.EqualTo(row[1]), $"distinct values of image {row[0]}");
            Assert.That(image.Sum(p => p), Is.EqualTo(row[3]), $"sum of image {row[0]}");
        }
    }

    [Test]
    public void PlacesAreSearchedInOrder()
    {
        string first = Complete("a", ".gz"), second = Complete("b", "");
        Assert.That(FashionMnistFolder.Find(null, places: [first, second]), Is.EqualTo(first));
        File.Delete(Path.Combine(first, FashionMnistFolder.TestLabels + ".gz"));
        Assert.That(FashionMnistFolder.Find(null, places: [first, second]), Is.EqualTo(second), "one file is missing in the first");
        Assert.That(FashionMnistFolder.Find(second, places: [first]), Is.EqualTo(second));
        Assert.That(FashionMnistFolder.Places, Is.EqualTo(new[] { "data/fashion-mnist", "/usr/share/datasets/fashion-mnist" }));
    }

    [Test]
    public void AGivenFolderIsTheOnlyOne()
    {
        FileNotFoundException thrown = Assert.Throws<FileNotFoundException>(
            () => FashionMnistFolder.Find(Path.Combine(_folder, "none"), Server(_ => throw new InvalidOperationException()), [Complete("a", "")]))!;
        Assert.That(thrown.Message, Does.StartWith($"Fashion-MNIST was not found in {_folder}/none. Put train-images-idx3-ubyte.gz, "));
        Assert.That(thrown.Message, Does.Contain("dataset-fashion-mnist"));
    }

    [Test]
    public void WithoutANetworkTheReasonIsTold()
    {
        string[] places = [Path.Combine(_folder, "one"), Path.Combine(_folder, "two")];
        FileNotFoundException thrown = Assert.Throws<FileNotFoundException>(
            () => FashionMnistFolder.Find(null, Server(_ => throw new HttpRequestException("No such host is known.")), places))!;
        Assert.That(
            thrown.Message,
            Does.StartWith($"Fashion-MNIST was not found in {places[0]}, {places[1]}. The download from http://example.org/ failed: No such host is known. Put "));
    }

    [Test]
    public void AWrongDownloadIsNotKept()
    {
        string place = Path.Combine(_folder, "new");
        Uri? asked = null;
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => FashionMnistFolder.Find(null, Server(Answer), [place]))!;
        Assert.That(asked, Is.EqualTo(new Uri("http://example.org/train-images-idx3-ubyte.gz")));
        Assert.That(thrown.Message, Does.StartWith("http://example.org/train-images-idx3-ubyte.gz: expected 26421880 bytes with SHA-256 3aede38d"));
        Assert.That(thrown.Message, Does.Contain("got 3 bytes with 039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"));
        Assert.That(Directory.GetFiles(place), Is.Empty);

        Stream Answer(Uri uri)
        {
            asked = uri;
            return new MemoryStream([1, 2, 3]);
        }
    }

    [Test]
    public void AnEndlessDownloadEnds()
    {
        string place = Path.Combine(_folder, "new");
        Directory.CreateDirectory(place);
        foreach (string name in FashionMnistFolder.Names.Take(3))
        {
            File.WriteAllBytes(Path.Combine(place, name), []);
        }

        using EndlessStream endless = new();
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => FashionMnistFolder.Find(null, Server(_ => endless), [place]))!;
        Assert.That(thrown.Message, Does.Contain("t10k-labels-idx1-ubyte.gz: expected 5148 bytes").And.Contain("got more"));
        Assert.That(endless.Given, Is.EqualTo(5149));
        Assert.That(Directory.GetFiles(place), Has.Length.EqualTo(3));
    }

    [Test]
    public void AnotherDataSetIsRefused()
    {
        string folder = Complete("a", "");
        File.WriteAllBytes(Path.Combine(folder, FashionMnistFolder.TrainingImages), [0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 32, 0, 0, 0, 32]);
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => FashionMnist.Read(folder))!;
        Assert.That(thrown.Message, Does.EndWith("expected the shape [60000, 28, 28], got [60000, 32, 32]."));
    }

    private static FashionMnistDownload Server(Func<Uri, Stream> answer) => new(answer, new Uri("http://example.org/"));

    private string Complete(string name, string ending)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        foreach (string file in FashionMnistFolder.Names)
        {
            File.WriteAllBytes(Path.Combine(folder, file + ending), []);
        }

        return folder;
    }

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
