using System.Diagnostics;
using NUnit.Framework;
using Reproduce.Runner;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Faults;

/// <summary>Two whole runs of the same experiment at once, on one cache, where the file system has no locks.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class TwoWritersTests
{
    // .NET locks no files then, and takes every attempt for a success.
    private const string NoLocks = "DOTNET_SYSTEM_IO_DISABLEFILELOCKING";

    [Test]
    public void TwoRunsOnOneCacheWithoutFileLocks() => FaultLog.Try(3, "two runs at once on one cache, file locks switched off", () =>
    {
        int rounds = FaultLog.Cases(2, 20);
        for (int round = 0; round < rounds; round++)
        {
            using TinyRun run = new();
            string[] folders = [Path.Combine(run.Path, "one"), Path.Combine(run.Path, "two")];
            using RunningProcess first = new(Start(run, folders[0])), second = new(Start(run, folders[1]));
            Task<string>[] said =
            [
                .. new[] { first, second }.SelectMany(
                    r => new[] { r.Process.StandardOutput.ReadToEndAsync(), r.Process.StandardError.ReadToEndAsync() }),
            ];
            string output = string.Join('\n', said.Select(s => s.Result));
            first.Process.WaitForExit();
            second.Process.WaitForExit();

            Assert.That(
                (first.Process.ExitCode, second.Process.ExitCode), Is.EqualTo((ExitCodes.Success, ExitCodes.Success)), output);
            Assert.That(run.Weights(), Is.EqualTo(TinyRun.Baseline.Weights()));
            Assert.That(folders.Select(TinyRun.NumbersIn), Is.All.EqualTo(TinyRun.Baseline.Numbers()));
            // A job's finished folder has a name without a dot; what is unfinished, claimed or just removed has one.
            Assert.That(
                Directory.EnumerateDirectories(run.Cache).SelectMany(Directory.EnumerateFileSystemEntries).Select(Path.GetFileName),
                Is.All.Not.Contains("."));
        }

        return (
            rounds,
            "both ended with exit code 0; weights and measurements.csv (times aside) are the lone run's bits, nothing unfinished is left");
    });

    private static Process Start(TinyRun run, string output) => Repository.Start(
        run.Path, new Dictionary<string, string> { [NoLocks] = "1" }, "experiments/tiny.yaml", "--out", output);
}
