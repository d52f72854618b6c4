using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tests.Compute;

public sealed class NpzTests
{
    private string _folder = "";
    private DisposeScope _scope = null!;

    [SetUp]
    public void SetUp()
    {
        _scope = NewDisposeScope();
        _folder = Directory.CreateTempSubdirectory("npz").FullName;
    }

    [TearDown]
    public void TearDown()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string FilePath(string name) => Path.Combine(_folder, name);

    internal static Dictionary<string, Tensor> Example() => new()
    {
        ["draws"] = arange(24, dtype: ScalarType.Float32).reshape(2, 3, 4) / 7,
        ["f8"] = tensor([Math.PI, double.NegativeInfinity, double.Epsilon]),
        ["i8"] = tensor([long.MinValue, 0L, long.MaxValue]),
        ["i4"] = tensor([int.MinValue, -1, int.MaxValue]),
        ["u1"] = tensor(new byte[] { 0, 128, 255 }),
        ["b1"] = arange(3).remainder(2) == 0,
        ["scalar"] = tensor(2.5),
        ["empty"] = zeros([0, 5], dtype: ScalarType.Int32),
    };

    private static void AssertSame(Tensor actual, Tensor expected, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.That(actual.dtype, Is.EqualTo(expected.dtype), name);
        Assert.That(actual.shape, Is.EqualTo(expected.shape), name);
        Assert.That(actual.eq(expected).all().item<bool>(), Is.True, name);
    }

    internal static byte[] Archive(string entry, byte[] content, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using MemoryStream file = new();
        using (ZipArchive zip = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream stream = zip.CreateEntry(entry, level).Open();
            stream.Write(content);
        }

        return file.ToArray();
    }

    internal static byte[] Npy(string dictionary, byte[] data)
    {
        byte[] text = Encoding.ASCII.GetBytes(dictionary + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
    }

    private Dictionary<string, Tensor> ReadBytes(byte[] content)
    {
        File.WriteAllBytes(FilePath("given.npz"), content);
        return Npz.Read(FilePath("given.npz"));
    }

    [Test]
    public void EveryTypeAndShapeSurvives()
    {
        Dictionary<string, Tensor> arrays = Example();
        Npz.Write(FilePath("a.npz"), arrays);
        Dictionary<string, Tensor> read = Npz.Read(FilePath("a.npz"));
        Assert.That(read.Keys, Is.EquivalentTo(arrays.Keys));
        foreach ((string name, Tensor tensor) in arrays)
        {
            AssertSame(read[name], tensor, name);
        }
    }

    [Test]
    public void LayoutAndGradientDoNotMatter()
    {
        Tensor plain = arange(12, dtype: ScalarType.Float32).reshape(3, 4);
        Npz.Write(FilePath("a.npz"), new Dictionary<string, Tensor> { ["t"] = plain.t(), ["g"] = plain.clone().requires_grad_() });
        Dictionary<string, Tensor> read = Npz.Read(FilePath("a.npz"));
        AssertSame(read["t"], plain.t(), "transposed view");
        AssertSame(read["g"], plain, "with gradient");
    }

    [Test]
    public void SameTensorsGiveSameBytesWhateverTheOrder()
    {
        Dictionary<string, Tensor> arrays = Example();
        Npz.Write(FilePath("a.npz"), arrays);
        Npz.Write(FilePath("b.npz"), arrays.Reverse().ToDictionary(p => p.Key, p => p.Value));
        Assert.That(File.ReadAllBytes(FilePath("b.npz")), Is.EqualTo(File.ReadAllBytes(FilePath("a.npz"))));
    }

    /// <summary>What Windows writes names another system in each entry; the archive must not tell.</summary>
    [Test]
    public void TheSystemThatWroteItIsNotInTheFile()
    {
        Npz.Write(FilePath("a.npz"), Example());
        byte[] expected = File.ReadAllBytes(FilePath("a.npz"));
        using MemoryStream windows = new();
        windows.Write(expected);
        int changed = 0;
        for (int i = 0; i < expected.Length - 46; i++)
        {
            if (expected.AsSpan(i, 4).SequenceEqual("PK\u0001\u0002"u8))
            {
                windows.Position = i + 5;
                windows.WriteByte(0);
                changed++;
            }
        }

        Assert.That(changed, Is.EqualTo(Example().Count));
        Assert.That(windows.ToArray(), Is.Not.EqualTo(expected));
        ZipSystem.Unify(windows);
        Assert.That(windows.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void EntriesAreStoredUncompressedAndAligned()
    {
        Npz.Write(FilePath("a.npz"), new Dictionary<string, Tensor> { ["x"] = zeros(1000) });
        using ZipArchive zip = ZipFile.OpenRead(FilePath("a.npz"));
        ZipArchiveEntry entry = zip.Entries.Single();
        Assert.That(entry.FullName, Is.EqualTo("x.npy"));
        Assert.That(entry.CompressedLength, Is.EqualTo(entry.Length));
        Assert.That((entry.Length - 4000) % 64, Is.Zero, "header padded to a multiple of 64");
    }

    [Test]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        Npz.Write(FilePath("a.npz"), Example());
        byte[] before = File.ReadAllBytes(FilePath("a.npz"));
        Dictionary<string, Tensor> bad = new() { ["a"] = zeros(3), ["b"] = zeros(3, dtype: ScalarType.ComplexFloat32) };
        ArgumentException e = Assert.Throws<ArgumentException>(() => Npz.Write(FilePath("a.npz"), bad))!;
        Assert.That(e.Message, Does.StartWith("array 'b': element type ComplexFloat32: expected one of Float32, Float64"));
        Assert.That(File.ReadAllBytes(FilePath("a.npz")), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void NamesThatAreNoEntriesAreRefused([Values("", "a/b", "..\\a", "c:", "a\n")] string name)
    {
        Assert.Throws<ArgumentException>(() => Npz.Write(FilePath("a.npz"), new Dictionary<string, Tensor> { [name] = zeros(1) }));
    }

    [Test]
    public void FortranOrderAndBigEndianAreRead()
    {
        // [[1, 2, 3], [4, 5, 6]] column by column, most significant byte first.
        byte[] data = [0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 6];
        Tensor read = ReadBytes(Archive("m.npy", Npy("{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3), }", data)))["m"];
        AssertSame(read, tensor([1, 2, 3, 4, 5, 6]).reshape(2, 3), "m");
    }

    [Test]
    public void KeysInAnyOrderAndCompressedEntriesAreRead()
    {
        byte[] npy = Npy("{\"shape\": (3L,), \"descr\": \"|u1\", \"fortran_order\": False}", [7, 8, 9]);
        AssertSame(ReadBytes(Archive("m.npy", npy, CompressionLevel.Optimal))["m"], tensor(new byte[] { 7, 8, 9 }), "m");
    }

    private static readonly object[] s_bad =
    [
        new object[] { "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "element type '|O' is not supported" },
        new object[] { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "header cannot be read" },
        new object[] { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "header cannot be read" },
        new object[] { "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,), }",
            "needs 8000000000 bytes of data, there are 4" },
        new object[] { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "impossibly large" },
        new object[] { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807), }", "impossibly large" },
        new object[] { "{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }", "values other than 0 and 1" },
        new object[] { "{'descr': '<f4', 'fortran_order': False, }", "header cannot be read" },
        new object[] { "__import__('os')", "header cannot be read" },
        new object[] { "{'descr': '<f4", "header cannot be read" },
    ];

    [TestCaseSource(nameof(s_bad))]
    public void AHeaderThatCannotBeIsReported(string dictionary, string expected)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => ReadBytes(Archive("m.npy", Npy(dictionary, [9, 8, 7, 6]))))!;
        Assert.That(e.Message, Does.StartWith(FilePath("given.npz") + ", entry 'm.npy': ").And.Contains(expected));
    }

    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void AZipBombIsRefusedBeforeItUnpacks()
    {
        byte[] npy = Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (50000000,), }", new byte[50_000_000]);
        byte[] bomb = Archive("m.npy", npy, CompressionLevel.Optimal);
        long before = GC.GetTotalAllocatedBytes();
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => ReadBytes(bomb))!;
        Assert.That(e.Message, Does.Contain("more than 16 times the file's"));
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(10_000_000));
    }

    [Test]
    public void OneWrongBitInTheDataIsNoticed()
    {
        Npz.Write(FilePath("a.npz"), new Dictionary<string, Tensor> { ["x"] = arange(1000, dtype: ScalarType.Float32) });
        byte[] bytes = File.ReadAllBytes(FilePath("a.npz"));
        bytes[2000] ^= 0x10;
        Assert.That(() => ReadBytes(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains("damaged (CRC-32"));
    }

    [Test]
    public void MissingFileIsAnIoException() => Assert.That(() => Npz.Read(FilePath("none.npz")), Throws.InstanceOf<IOException>());

    /// <summary>NumPy reads ours (values compared by NumPy itself) and we read NumPy's, in both orders and byte orders.</summary>
    [Test]
    [Category(FastUnlessSlowAttribute.Slow)]
    public void NumPyReadsOursAndWeReadNumPys()
    {
        if (Python("import numpy") is not (0, _))
        {
            Assert.Ignore("python3 with numpy is not installed here");
        }

        Npz.Write(FilePath("a.npz"), Example());
        const string Script = """
            import sys, numpy as np
            a = np.load(sys.argv[1])
            assert sorted(a.files) == ['b1', 'draws', 'empty', 'f8', 'i4', 'i8', 'scalar', 'u1'], a.files
            assert a['draws'].dtype == np.float32 and np.array_equal(a['draws'], np.arange(24, dtype='f4').reshape(2, 3, 4) / np.float32(7))
            assert a['f8'].dtype == np.float64 and a['f8'].tolist() == [np.pi, -np.inf, 5e-324]
            assert a['i8'].tolist() == [-2**63, 0, 2**63 - 1] and a['i4'].tolist() == [-2**31, -1, 2**31 - 1]
            assert a['u1'].tolist() == [0, 128, 255] and a['b1'].dtype == bool and a['b1'].tolist() == [True, False, True]
            assert a['scalar'].shape == () and a['scalar'] == 2.5 and a['empty'].shape == (0, 5) and a['empty'].dtype == np.int32
            m = np.arange(6, dtype='f8').reshape(2, 3) / 3
            np.savez(sys.argv[2], c=m, f=np.asfortranarray(m), big=m.astype('>f8'), b=m > 1, s=np.float32(4))
            np.savez_compressed(sys.argv[3], c=m)
            """;
        File.WriteAllText(FilePath("check.py"), Script);
        (int code, string error) = Python(null, FilePath("check.py"), FilePath("a.npz"), FilePath("b.npz"), FilePath("c.npz"));
        Assert.That(code, Is.Zero, error);
        Tensor m = arange(6, dtype: ScalarType.Float64).reshape(2, 3) / 3;
        Dictionary<string, Tensor> read = Npz.Read(FilePath("b.npz"));
        AssertSame(read["c"], m, "C order");
        AssertSame(read["f"], m, "Fortran order");
        AssertSame(read["big"], m, "big-endian");
        AssertSame(read["b"], m > 1, "bool");
        AssertSame(read["s"], tensor(4f), "scalar");
        AssertSame(Npz.Read(FilePath("c.npz"))["c"], m, "compressed");
    }

    private static (int Code, string Error) Python(string? command, params string[] arguments)
    {
        ProcessStartInfo start = new("python3", command is null ? arguments : ["-c", command]) { RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
