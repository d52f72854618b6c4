using NUnit.Framework;
using Reproduce.Compute;

namespace Reproduce.Tests.Runner;

/// <summary>
/// A folder that the system neither renames nor removes, as on Windows one in which a scanner has a file open; here something is mounted on
/// it.
/// </summary>
internal sealed class HeldFolder : IDisposable
{
    private readonly string _path;

    public HeldFolder(string path)
    {
        Assume.That(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root may mount");
        _path = path;
        Assume.That(OtherProgram.Run("mount", ["--bind", path, path], "/")?.ExitCode, Is.Zero, "mounting is not allowed here");
    }

    public void Dispose() => Assert.That(OtherProgram.Run("umount", [_path], "/")?.ExitCode, Is.Zero, _path);
}
