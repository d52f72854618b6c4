using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Tasks.Denoising;

namespace Reproduce.Tests.Tasks.Denoising;

/// <summary>The reader of IDX files believes nothing.</summary>
public sealed class IdxFileTests
{
    private static readonly byte[] s_header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4];
    private static readonly byte[] s_good = [.. s_header, .. Enumerable.Range(1, 24).Select(i => (byte)i)];
    private string _path = "";

    [SetUp]
    public void SetUp() => _path = Path.Combine(Path.GetTempPath(), $"idx-{Guid.NewGuid():N}.gz");

    [TearDown]
    public void TearDown() => File.Delete(_path);

    [Test]
    public void ReadsPlainAndCompressedFiles([Values] bool compressed)
    {
        IdxFile read = Read(compressed ? Compress(s_good) : s_good);
        Assert.That(read.Shape, Is.EqualTo(new long[] { 2, 3, 4 }));
        Assert.That(read.Values, Is.EqualTo(s_good[16..]));
        Assert.That(IdxFile.Read(_path, [2, 3, 4]).Values, Has.Length.EqualTo(24));
    }

    [Test]
    public void LargeArraysAreReadWhole()
    {
        byte[] values = new byte[300_000];
        new Random(1).NextBytes(values);
        byte[] file = [0, 0, 8, 1, 0, 4, 0x93, 0xE0, .. values];
        Assert.That(Read(Compress(file)).Values, Is.EqualTo(values));
    }

    [TestCase("", "truncated inside its header")]
    [TestCase("000008", "truncated inside its header")]
    [TestCase("00000803000000", "truncated inside its header")]
    [TestCase("00000D0100000001FF", "expected the magic number 00 00 08 and 1 to 4 axes of an IDX file of bytes, got 00000D01")]
    [TestCase("504B0304", "got 504B0304")]
    [TestCase("00000800", "got 00000800")]
    [TestCase("0000080100000004010203", "the header promises 4 bytes, 3 follow")]
    [TestCase("000008010000000201020304", "more than the 2 bytes that the header promises")]
    [TestCase("000008047FFFFFFF7FFFFFFF7FFFFFFF7FFFFFFF", "more than a file of this size can hold")]
    [TestCase("00000801FFFFFFFF", "more than a file of this size can hold")]
    public void DamagedFilesAreNamed(string hex, string reason)
    {
        byte[] content = Convert.FromHexString(hex);
        Expect(content);
        Expect(Compress(content));

        void Expect(byte[] file)
        {
            InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => Read(file))!;
            Assert.That(thrown.Message, Does.StartWith($"{_path}: ").And.Contain(reason).And.EndsWith("."));
        }
    }

    [Test]
    public void AnotherShapeIsRefused()
    {
        Read(s_good);
        InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => IdxFile.Read(_path, [2, 28, 28]))!;
        Assert.That(thrown.Message, Is.EqualTo($"{_path}: expected the shape [2, 28, 28], got [2, 3, 4]."));
    }

    [Test]
    public void TruncatedAndExtendedArchivesAreRefused()
    {
        byte[] archive = Compress(s_good);
        for (int length = 0; length < archive.Length; length++)
        {
            Assert.That(() => Read(archive[..length]), Throws.TypeOf<InvalidDataException>(), $"{length} bytes of {archive.Length}");
        }

        Assert.That(() => Read([.. archive, 1]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("something follows it"));
        Assert.That(() => Read([.. archive, .. archive]), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void PromisesAllocateNothing()
    {
        // 2^30 bytes are promised by an archive of a million bytes that holds none of them.
        byte[] noise = new byte[1 << 20];
        new Random(2).NextBytes(noise);
        byte[] archive = Compress([0, 0, 8, 1, 0x3F, 0xFF, 0xFF, 0xFF, .. noise]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Read(archive), Throws.TypeOf<InvalidDataException>().With.Message.Contains("truncated"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(5L << 20));
    }

    [Test]
    public void FiveHundredMutationsDoNoHarm()
    {
        Random random = new(3);
        byte[][] originals = [s_good, Compress(s_good)];
        int refused = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] mutated = Mutate(originals[i % 2], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Assert.That(Read(mutated).Values, Has.Length.LessThan(1 << 20));
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                refused++;
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1L << 20), $"mutation {i}");
        }

        Assert.That(refused, Is.InRange(300, 499), "most mutations are noticed; changed elements of a plain file cannot be");
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes[at] = 0xFF;
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    private IdxFile Read(byte[] file)
    {
        File.WriteAllBytes(_path, file);
        return IdxFile.Read(_path);
    }

    internal static byte[] Compress(byte[] content)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }
}
