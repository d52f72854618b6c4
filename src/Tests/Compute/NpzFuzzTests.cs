using System.IO.Compression;
using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Faults;
using Reproduce.Tests.Support;
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
    [Category(FastUnlessSlowAttribute.Slow)]
    public void MutatedFilesNeverCrash()
    {
        Npz.Write(_path, NpzTests.Example());
        byte[] original = File.ReadAllBytes(_path);
        byte[] npy = NpzTests.Npy("{'descr': '<f4', 'fortran_order': True, 'shape': (8, 4), }", new byte[128]);
        byte[] compressed = NpzTests.Archive("m.npy", npy, CompressionLevel.Optimal);
        Random random = new(20240517);
        long tensors = LiveTensors.Settled();
        int refused = 0;
        for (int i = 0; i < 500; i++)
        {
            string name = $"mutation {i}";
            File.WriteAllBytes(_path, ByteDamage.Mutate(i % 4 == 3 ? compressed : original, random));
            refused += TimeLimit.Hold(TimeSpan.FromSeconds(1), name, () => IsRefused(name)) ? 1 : 0;
        }

        Assert.That(refused, Is.GreaterThan(250), "most mutations must be noticed");
        Assert.That(Tensor.TotalCount, Is.EqualTo(tensors));
    }

    private bool IsRefused(string name)
    {
        try
        {
            using DisposeScope scope = NewDisposeScope();
            Npz.Read(_path);
            return false;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Assert.That(e.Message, Does.Contain("fuzz.npz"), name);
            return true;
        }
    }
}
