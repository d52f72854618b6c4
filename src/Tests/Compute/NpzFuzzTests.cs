using System.Diagnostics;
using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

public sealed class NpzFuzzTests
{
    private string _path = "";
    private DisposeScope _scope = null!;

    [SetUp]
    public void SetUp()
    {
        _scope = NewDisposeScope();
        _path = Path.Combine(Directory.CreateTempSubdirectory("npz").FullName, "fuzz.npz");
    }

    [TearDown]
    public void TearDown()
    {
        _scope.Dispose();
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
    }

    /// <summary>500 seeded mutations: every one is refused cleanly or still reads; nothing leaks, nothing takes long.</summary>
    [Test]
    public void MutatedFilesNeverCrash()
    {
        Npz.Write(_path, NpzTests.Example());
        byte[] original = File.ReadAllBytes(_path);
        byte[] npy = NpzTests.Npy("{'descr': '<f4', 'fortran_order': True, 'shape': (8, 4), }", new byte[128]);
        byte[] compressed = NpzTests.Archive("m.npy", npy, CompressionLevel.Optimal);
        Random random = new(20240517);
        long tensors = Tensor.TotalCount;
        int refused = 0;
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < 500; i++)
        {
            byte[] mutant = Mutate(i % 4 == 3 ? compressed : original, random);
            try
            {
                using DisposeScope scope = NewDisposeScope();
                File.WriteAllBytes(_path, mutant);
                Npz.Read(_path);
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                refused++;
                Assert.That(e.Message, Does.Contain("fuzz.npz"), $"mutation {i}");
            }
        }

        Assert.That(refused, Is.GreaterThan(250), "most mutations must be noticed");
        Assert.That(Tensor.TotalCount, Is.EqualTo(tensors));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int edits = random.Next(1, 5); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = random.GetItems<byte>([0, 1, 0x7F, 0x80, 0xFF, (byte)'9', (byte)'-'], 1)[0];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
                case 4 when at > 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    // Size fields stand in the last part (the directory): aim there.
                    bytes[Math.Max(0, bytes.Count - 1 - random.Next(200))] = (byte)random.Next(256);
                    break;
            }

            if (bytes.Count == 0)
            {
                bytes.Add(0);
            }
        }

        return [.. bytes];
    }
}
