using NUnit.Framework;
using Reproduce.Compute;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Compute;

/// <summary>What a missing native library is called.</summary>
public sealed class NativeBackendTests
{
    [Test]
    public void AMissingVisualRuntimeIsNamedWithWhereToGetIt() => Assert.That(
        NativeBackend.FindMissingRuntime(library => library != "msvcp140.dll"),
        Is.EqualTo(
            "Microsoft's Visual C++ runtime is missing (msvcp140.dll cannot be loaded), which libtorch needs: install "
                + "https://aka.ms/vs/17/release/vc_redist.x64.exe and start again."));

    [Test]
    public void NothingIsSaidOfARuntimeThatIsThere() => Assert.That(NativeBackend.FindMissingRuntime(_ => true), Is.Null);

    [TestCase(true, true, ExpectedResult = ".")]
    [TestCase(false, true, ExpectedResult = "runtimes/linux-x64/native")]
    [TestCase(false, false, ExpectedResult = ".")]
    public string ALibraryOfAProgramForEveryPlatformIsFound(bool isBeside, bool isBelow)
    {
        using TemporaryFolder folder = new();
        if (isBeside)
        {
            folder.File(NativeBackend.Library, "");
        }

        if (isBelow)
        {
            folder.File($"runtimes/linux-x64/native/{NativeBackend.Library}", "");
        }

        return Path.GetRelativePath(folder.Path, NativeBackend.FindFolder(folder.Path, "linux-x64")).Replace('\\', '/');
    }
}
