using System.Diagnostics;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>A full disk, a read-only folder, a limit on files: one clear line, and what was there before stays as it was.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
[Platform("Linux", Reason = "limits and small file systems of Linux")]
public sealed class StorageTests
{
    // .NET maps its code through a file, which the limit would forbid as well.
    private const string FileLimit = "trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f ";

    [Test]
    public void ALimitOnFiles() => FaultLog.Try(4, "files larger than a limit cannot be written (RLIMIT_FSIZE)", () =>
    {
        int[] limits = [.. new[] { 8, 1, 2, 4, 16, 24, 32, 64 }.Take(FaultLog.Cases(1, 8))];
        int failed = 0;
        foreach (int kibibytes in limits)
        {
            using TinyRun run = new();
            (int exitCode, _, string errors) = run.RunLimited($"{FileLimit}{kibibytes}");
            failed += OneLineOrSuccess(exitCode, errors, "ulimit");
        }

        Assert.That(failed, Is.GreaterThan(0));
        return (limits.Length, $"{failed} ended with exit code 1 and one sentence that names the file; the others had no file so large");
    });

    [Test]
    public void AFullDiskUnderTheCache() => FaultLog.Try(4, "the disk of the cache is full (tmpfs of 16 to 512 KiB)", () =>
        {
            int[] sizes = [.. new[] { 100, 16, 32, 48, 64, 80, 128, 160, 200, 256, 512 }.Take(FaultLog.Cases(0, 11))];
            int failed = 0;
            foreach (int kibibytes in sizes)
            {
                using TinyRun run = new();
                using SmallDisk disk = new($"size={kibibytes}k");
                string cache = Path.Combine(disk.Path, "cache");
                (int exitCode, _, string errors) = run.Run("--cache", cache);
                failed += OneLineOrSuccess(exitCode, errors, "No space left on device");
                if (exitCode != ExitCodes.Success)
                {
                    // With room again, the same command goes on from what was finished.
                    disk.Resize("16m");
                    run.Go("--cache", cache);
                }

                Assert.That(run.Numbers(), Is.EqualTo(TinyRun.Baseline.Numbers()), $"{kibibytes} KiB");
            }

            Assert.That(failed, Is.GreaterThan(sizes.Length / 2));
            return (
                sizes.Length,
                $"{failed} ended with exit code 1 and one sentence, and with room again gave the undisturbed numbers; "
                    + $"{sizes.Length - failed} fitted"
            );
        });

    [Test]
    public void AFullDiskUnderTheReport() => FaultLog.Try(4, "the disk of the results is full while the report is written again", () =>
    {
        int cases = FaultLog.Cases(0, 4);
        using TinyRun run = new();
        string cache = Path.Combine(run.Path, "cache");
        int failed = 0;
        for (int i = 0; i < cases; i++)
        {
            using SmallDisk disk = new("size=16m");
            string output = Path.Combine(disk.Path, "out");
            run.Go("--cache", cache, "--out", output);
            Dictionary<string, byte[]> before = Content(output);
            disk.Fill(leave: 40_000 * i);
            (int exitCode, _, string errors) = run.Run("--cache", cache, "--out", output);
            failed += OneLineOrSuccess(exitCode, errors, "No space left on device");
            if (exitCode != ExitCodes.Success)
            {
                Assert.That(Content(output), Is.EqualTo(before), "the report of before is whole");
            }
        }

        Assert.That(failed, Is.GreaterThan(0));
        return (cases, $"{failed} ended with exit code 1 and one sentence; every file of the report of before was unchanged");
    });

    [Test]
    public void AReadOnlyFolder() => FaultLog.Try(4, "results or cache on a read-only file system", () =>
    {
        FaultLog.Cases(0, 1);
        using TinyRun run = new();
        using SmallDisk disk = new("ro");
        foreach (string option in new[] { "--out", "--cache" })
        {
            (int exitCode, _, string errors) = run.Run(option, Path.Combine(disk.Path, "x"));
            Assert.That(OneLineOrSuccess(exitCode, errors, "Read-only file system"), Is.EqualTo(1));
        }

        return (2, "exit code 1 and one sentence that names the folder");
    });

    [Test]
    public void AMissingPermission() => FaultLog.Try(4, "no permission for the results or the cache", () =>
        {
            FaultLog.Cases(0, 1);
            Assume.That(Environment.UserName, Is.EqualTo("root"), "becomes a user without rights");
            using TinyRun run = new();
            using TemporaryFolder closed = new();
            using TemporaryFolder open = new();
            Shell($"chmod 755 '{run.Path}'; chmod 700 '{closed.Path}'; chmod 777 '{open.Path}'");
            foreach ((string output, string cache) in new[] { (closed.Path, open.Path), (open.Path, closed.Path) })
            {
                (int exitCode, _, string errors) = run.RunLimited(
                    "set -- setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"",
                    "--out",
                    Path.Combine(output, "x"),
                    "--cache",
                    Path.Combine(cache, "x")
                );
                Assert.That(OneLineOrSuccess(exitCode, errors, $"'{closed.Path}"), Is.EqualTo(1), errors);
                Assert.That(errors, Does.Contain("denied"));
            }

            return (2, "exit code 1 and one sentence that names the folder");
        });

    private static int OneLineOrSuccess(int exitCode, string errors, string reason)
    {
        if (exitCode == ExitCodes.Success)
        {
            return 0;
        }

        Assert.That(exitCode, Is.EqualTo(ExitCodes.Failure), errors);
        Assert.That(errors.Trim(), Does.Contain(reason).And.Not.Contain('\n'));
        return 1;
    }

    private static Dictionary<string, byte[]> Content(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/logs/", StringComparison.Ordinal)).ToDictionary(f => f, File.ReadAllBytes);

    private static void Shell(string command)
    {
        using Process process = Process.Start("bash", ["-c", command]);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, command);
    }

    /// <summary>A file system of its own, in memory.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public SmallDisk(string options)
        {
            Assume.That(Environment.UserName, Is.EqualTo("root"), "only root may mount");
            Shell($"mount -t tmpfs -o {options} tmpfs '{Path}'");
        }

        public string Path => _folder.Path;

        public void Resize(string size) => Shell($"mount -o remount,size={size} '{Path}'");

        public void Fill(int leave) => Shell(
            $"cd '{Path}' && free=$(df -B1 --output=avail . | tail -1) && head -c $((free - {leave})) /dev/zero > fill");

        public void Dispose()
        {
            Shell($"umount '{Path}'");
            _folder.Dispose();
        }
    }
}
