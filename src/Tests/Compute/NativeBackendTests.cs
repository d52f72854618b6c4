using NUnit.Framework;
using Reproduce.Compute;

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
}
