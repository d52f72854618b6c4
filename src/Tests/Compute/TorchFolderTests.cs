using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Configuration;
using Reproduce.Runner.CommandLine;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Compute;

/// <summary>A libtorch that is installed elsewhere: what is loaded, and what is said when it does not fit.</summary>
public sealed class TorchFolderTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void WhatOthersNeedIsLoadedFirst()
    {
        foreach (string name in new[] { "libtorch.so", "libtorch_cuda.so", "libc10_cuda.so", "libtorch_cpu.so", "libc10.so", "other.so" })
        {
            _folder.File(name, "");
        }

        Assert.That(
            TorchFolder.Libraries(_folder.Path).Select(Path.GetFileName),
            Is.EqualTo(new[] { "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" }));
        Assert.That(TorchFolder.FindMissing(_folder.Path), Is.Null);
    }

    [Test]
    public void AFolderWithoutItIsNamed()
    {
        _folder.File("libc10.so", "");

        Assert.That(
            TorchFolder.FindMissing(_folder.Path),
            Does.StartWith("TORCH_LIB: expected").And.Contain(_folder.Path).And.EndWith("without libtorch_cpu.so, libtorch.so."));
    }

    [TestCase("version.py", "__version__ = '2.11.0+cu130'\ndebug = False\n", "2.11.0")]
    [TestCase("build-version", "2.10.0+cpu\n", "2.10.0")]
    public void TheVersionStandsBesideTheFolder(string file, string text, string expected)
    {
        _folder.File(file, text);

        Assert.That(TorchFolder.VersionOf(Path.Combine(_folder.Path, "lib")), Is.EqualTo(Version.Parse(expected)));
    }

    [TestCase("2.11.0", true)]
    [TestCase("2.10.1", false)]
    [TestCase(null, false)]
    public void AnotherVersionIsWarnedOf(string? version, bool isWarned)
    {
        if (version is not null)
        {
            _folder.File("version.py", $"__version__ = '{version}'\n");
        }

        string? warning = TorchFolder.Warn(Path.Combine(_folder.Path, "lib"));

        Assert.That(warning is not null, Is.EqualTo(isWarned));
        Assert.That(warning ?? $"libtorch {version}", Does.Contain($"libtorch {version}"));
    }

    [Test]
    public void AMissingSymbolIsNamed() => Assert.That(
        TorchFolder.Explain(
            "/x/libLibTorchSharp.so", "/x/libLibTorchSharp.so: undefined symbol: _ZN5torch3jit4loadE", Version.Parse("2.11.0")),
        Is.EqualTo(
            "libtorch 2.11.0 does not fit this program, which is made for 2.10: libLibTorchSharp.so lacks or needs the symbol "
                + "_ZN5torch3jit4loadE. Install version 2.10, or build with its packages (-p:TorchBackend=cpu or cuda)."));

    [Test]
    [Platform("Linux")]
    public void WhatIsNoLibraryIsRefusedByTheSystemsWords()
    {
        _folder.File("libc10.so", "no library");

        Assert.That(TorchFolder.Open(Path.Combine(_folder.Path, "libc10.so")), Does.Contain("libc10.so"));
    }

    [TestCase("--torch")]
    [TestCase("--torch=/no/such/folder")]
    public void TheOptionWantsAFolder(string argument) => Assert.That(
        () => TorchOption.Apply([argument]),
        Throws.TypeOf<ConfigurationException>().With.Message.StartsWith("--torch: expected the folder"));
}
