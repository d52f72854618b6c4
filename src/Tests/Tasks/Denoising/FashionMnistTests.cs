using System.Buffers.Binary;
using System.Net;
using System.Text;
using NUnit.Framework;
using Reproduce.Tasks.Denoising;
using Reproduce.Tests.Support;

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
        FileNotFoundException thrown = Assert.Throws<FileNotFoundException>(() =>
            FashionMnistFolder.Find(Path.Combine(_folder, "none"), Server(_ => throw new InvalidOperationException()), [Complete("a", "")])
        )!;
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
            Does.StartWith(
                $"Fashion-MNIST was not found in {places[0]}, {places[1]}. The download from http://example.org/ failed: No such host is "
                    + $"known. Put "
            )
        );
    }

    [Test]
    public void AWrongDownloadIsNotKept()
    {
        string place = Path.Combine(_folder, "new");
        Uri? asked = null;
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => FashionMnistFolder.Find(null, Server(Answer), [place]))!;
        Assert.That(asked, Is.EqualTo(new Uri("http://example.org/train-images-idx3-ubyte.gz")));
        Assert.That(
            thrown.Message,
            Does.StartWith("http://example.org/train-images-idx3-ubyte.gz: expected 26421880 bytes with SHA-256 3aede38d")
        );
        Assert.That(thrown.Message, Does.Contain("got 3 bytes with 039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"));
        Assert.That(Directory.GetFiles(place), Is.Empty);

        Stream Answer(Uri uri)
        {
            asked = uri;
            return new MemoryStream([1, 2, 3]);
        }
    }

    /// <summary>
    /// The files as published. Debian's package differs from them in bytes: it leaves the file's name out of the gzip header, has
    /// another time there, and the same compressed content. With both put back its files have these very sums; see below.
    /// </summary>
    [TestCase("train-images-idx3-ubyte", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84")]
    [TestCase("train-labels-idx1-ubyte", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845")]
    [TestCase("t10k-images-idx3-ubyte", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073")]
    [TestCase("t10k-labels-idx1-ubyte", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")]
    public void NothingButThePublishedFilesIsBelieved(string name, long size, string sha256)
    {
        string place = Complete("new", ".gz");
        File.Delete(Path.Combine(place, name + ".gz"));
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => Server(_ => new MemoryStream([1, 2, 3])).Fetch(place))!;
        Assert.That(
            thrown.Message,
            Does.StartWith($"http://example.org/{name}.gz: expected {size} bytes with SHA-256 {sha256}, got 3 bytes with ")
        );
        Assert.That(FashionMnistFolder.Names, Does.Contain(name));
    }

    [Test]
    public void TheAddressIsTheAuthors()
    {
        Assert.That(new FashionMnistDownload().Address, Is.EqualTo(new Uri("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/")));
        Assert.That(FashionMnistFolder.Names, Has.Count.EqualTo(4).And.Unique);
    }

    /// <summary>Over HTTP, from a server on this computer that has the files as published.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void ARightDownloadGetsItsNameAndLeavesNothingElse()
    {
        string installed = DenoisingOracle.Folder, place = Path.Combine(_folder, "new", "deeper");
        using HttpServer server = new(path => Published(installed, path.TrimStart('/')));
        FashionMnistDownload download = new(address: server.Address);
        Assert.That(FashionMnistFolder.Find(null, download, [place]), Is.EqualTo(place));
        string[] names = [.. FashionMnistFolder.Names.Select(n => n + ".gz")];
        Assert.That(server.Asked, Is.EqualTo(names.Select(n => "/" + n)));
        Assert.That(Directory.GetFileSystemEntries(place).Select(Path.GetFileName), Is.EquivalentTo(names), "and no unfinished file");
        Assert.That(
            FashionMnist.Read(place).TestLabels.AsSpan().SequenceEqual(DenoisingOracle.Data.TestLabels), Is.True, "the files can be read");

        download.Fetch(place);
        Assert.That(server.Asked, Has.Count.EqualTo(4), "what is there is not fetched again");
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
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() =>
            FashionMnistFolder.Find(null, Server(_ => endless), [place])
        )!;
        Assert.That(thrown.Message, Does.Contain("t10k-labels-idx1-ubyte.gz: expected 5148 bytes").And.Contain("got more"));
        Assert.That(endless.Given, Is.EqualTo(5149));
        Assert.That(Directory.GetFiles(place), Has.Length.EqualTo(3));
    }

    [Test]
    public void AnotherDataSetIsRefused()
    {
        string folder = Complete("a", "");
        File.WriteAllBytes(
            Path.Combine(folder, FashionMnistFolder.TrainingImages),
            [0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 32, 0, 0, 0, 32]
        );
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

    // A file as its authors published it, from one that may have come through Debian's package (gzip --no-name, later time).
    private static byte[] Published(string folder, string name)
    {
        const int HeaderLength = 10, HasName = 8;
        byte[] installed = File.ReadAllBytes(FashionMnistFolder.PathOf(folder, Path.GetFileNameWithoutExtension(name)));
        if (installed[0] != 0x1F || installed[1] != 0x8B)
        {
            Assert.Ignore("The installed files are not compressed, and another compression would have other sums.");
        }

        if (installed[3] == HasName)
        {
            return installed;
        }

        // Seconds since 1970: found by trying, since nothing else is missing.
        uint modified = name.StartsWith("train", StringComparison.Ordinal) ? 1_504_176_606u : 1_504_176_627u;
        byte[] header = [0x1F, 0x8B, 8, HasName, 0, 0, 0, 0, 0, 3];
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), modified);
        return [.. header, .. Encoding.ASCII.GetBytes(Path.GetFileNameWithoutExtension(name)), 0, .. installed[HeaderLength..]];
    }

    /// <summary>Answers requests one after another until it is disposed of.</summary>
    private sealed class HttpServer : IDisposable
    {
        private readonly HttpListener _listener;
        private readonly Task _answering;

        public HttpServer(Func<string, byte[]> answer)
        {
            (_listener, Address) = Started();
            _answering = Task.Run(() => Answer(answer));
        }

        public Uri Address { get; }

        public List<string> Asked { get; } = [];

        public void Dispose()
        {
            _listener.Stop();
            _answering.Wait(TimeSpan.FromSeconds(10)); // A wait that began while it stopped never ends.
            _listener.Close();
        }

        private static (HttpListener Listener, Uri Address) Started()
        {
            while (true)
            {
                Uri address = new($"http://127.0.0.1:{FreePorts.Find()}/");
                HttpListener listener = new();
                listener.Prefixes.Add(address.ToString());
                try
                {
                    listener.Start();
                    return (listener, address);
                }
                catch (HttpListenerException)
                {
                    listener.Close(); // Somebody was faster.
                }
            }
        }

        private void Answer(Func<string, byte[]> answer)
        {
            while (_listener.IsListening)
            {
                try
                {
                    HttpListenerContext context = _listener.GetContext();
                    Asked.Add(context.Request.Url!.AbsolutePath);
                    byte[] content = answer(context.Request.Url.AbsolutePath);
                    context.Response.ContentLength64 = content.Length;
                    context.Response.OutputStream.Write(content);
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    return; // Stopped, or the client went away: the test will say so.
                }
            }
        }
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
