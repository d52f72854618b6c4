using System.Diagnostics;
using System.Globalization;
using System.Text;
using NUnit.Framework;
using Reproduce.Configuration;
using Reproduce.Runner;
using Reproduce.Tests.Configuration;
using Reproduce.Tests.Runner;
using Reproduce.Tests.Support;
using Reproduce.Tests.Tasks.Denoising;

namespace Reproduce.Tests.Faults;

/// <summary>
/// The shipped experiments, mutated by a seeded generator, and hostile files: valid, or refused soon, in little memory, with exit code 2.
/// </summary>
[Category(FastUnlessSlowAttribute.Slow)]
public sealed class ConfigurationProcessTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "configs"), "*.yaml", SearchOption.AllDirectories))
        {
            _folder.File(Path.GetRelativePath(Repository.Root, file), File.ReadAllText(file));
        }

        Directory.CreateDirectory(Path.Combine(_folder.Path, "experiments"));
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    // In this process: what the command line's handler would print for exit code 2.
    [Test]
    public void MutatedExperimentsAreReadOrRefused()
    {
        string path = Path.Combine(_folder.Path, "experiments", "x.yaml");
        int refused = 0;
        (string Name, byte[] Bytes)[] files = [.. Files(300)];
        foreach ((string name, byte[] bytes) in files)
        {
            File.WriteAllBytes(path, bytes);
            refused += TimeLimit.Hold(s_limit, name, () => IsRefused(path, name)) ? 1 : 0;
        }

        Assert.That(refused, Is.InRange(files.Length / 2, files.Length - 10));
    }

    [Test]
    public void TheCommandLineRefusesWithExitCode2() =>
        FaultLog.Try(7, "malformed and hostile experiment files, each in a process (--dry-run)", () =>
        {
            int mutations = FaultLog.Cases(0, 260); // Beside the ones that were thought of: more than 300 together.
            _ = DenoisingOracle.Data; // Skipped without the images: then no file of the denoising experiment can be planned.
            int refused = 0,
                valid = 0;
            double slowest = 0,
                work = 0;
            long most = 0;
            (string Name, byte[] Bytes)[] files = [.. Files(mutations)];
            foreach ((string name, byte[] bytes) in files)
            {
                File.WriteAllBytes(Path.Combine(_folder.Path, "experiments", "x.yaml"), bytes);
                (int exitCode, string errors, double seconds, double processor, long memory) = RunWatched();
                slowest = Math.Max(slowest, seconds);
                work = Math.Max(work, processor);
                most = Math.Max(most, memory);
                Assert.That(exitCode, Is.AnyOf(ExitCodes.Success, ExitCodes.BadConfiguration), $"{name}: {errors}");
                // On a machine that does other work, too, the clock says little; a process that hangs is killed after a minute.
                Assert.That(Math.Min(seconds, processor), Is.LessThan(s_limit.TotalSeconds), name);
                Assert.That(memory, Is.LessThan(500L << 20), name);
                if (exitCode == ExitCodes.BadConfiguration)
                {
                    refused++;
                    Assert.That(errors.Trim(), Is.Not.Empty.And.Not.Contain("   at "), name);
                }
                else
                {
                    valid++;
                }
            }

            return (
                files.Length,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{refused} refused with exit code 2 and the reason, {valid} valid; slowest {slowest:0.0} s by the clock, {work:0.0} "
                        + $"s of processor time, at most {most >> 20} MiB of memory"
                )
            );
        });

    private static bool IsRefused(string path, string name)
    {
        try
        {
            Repository.Request(path).Load();
            return false;
        }
        catch (ConfigurationException e)
        {
            Assert.That(e.Problems.All(line => line.Length > 0 && !line.Any(char.IsControl)), Is.True, name);
            return true;
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Files(int mutations)
    {
        string gmm = File.ReadAllText(Path.Combine(Repository.Root, "experiments", "gmm.yaml"));
        foreach ((string name, byte[] bytes) in HostileYaml.Chosen(gmm))
        {
            yield return (name, bytes);
        }

        foreach (string name in new[] { "../../etc/passwd", "..", "/tmp/x", "a/b", "C:\\\\x", "con.", "" })
        {
            yield return ($"name {name}", Encoding.UTF8.GetBytes(gmm.Replace("name: gmm", $"name: \"{name}\"", StringComparison.Ordinal)));
            yield return (
                $"extends {name}",
                Encoding.UTF8.GetBytes(gmm.Replace("extends: acf", $"extends: \"{name}\"", StringComparison.Ordinal))
            );
        }

        foreach (string huge in new[] { "units: 65536", "units: 65537", "units: 9999", "units: 1e9" })
        {
            yield return (huge, Encoding.UTF8.GetBytes(gmm.Replace("units: 256", huge, StringComparison.Ordinal)));
        }

        yield return ("all large", Encoding.UTF8.GetBytes(gmm
            .Replace("budgets: [512, 1024, 2048, 4096, 8192]", "budgets: [100000000, 1024, 8192]", StringComparison.Ordinal)
            .Replace("draws: 4000", "draws: 10000000", StringComparison.Ordinal)
            .Replace("data_sets: 100", "data_sets: 1000000", StringComparison.Ordinal)
            .Replace("{layers: 4}", "{layers: 64, units: 65536, hidden_layers: 16}", StringComparison.Ordinal)));
        byte[][] originals = [.. Repository.Experiments.Select(File.ReadAllBytes)];
        Random random = new(17);
        for (int i = 0; i < mutations; i++)
        {
            yield return ($"mutation {i}", HostileYaml.Mutate(originals[i % originals.Length], random));
        }
    }

    private (int ExitCode, string Errors, double Seconds, double Processor, long Memory) RunWatched()
    {
        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Repository.Start(_folder.Path, "experiments/x.yaml", "--dry-run");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        long memory = 0;
        double processor = 0;
        while (!process.WaitForExit(15))
        {
            try
            {
                process.Refresh();
                memory = Math.Max(memory, process.PeakWorkingSet64); // So far: only the last milliseconds can be missed.
                processor = process.TotalProcessorTime.TotalSeconds;
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                break; // It just ended.
            }

            if (clock.Elapsed > TimeSpan.FromSeconds(60))
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.WaitForExit();
        output.Wait();
        return (process.ExitCode, errors.Result, clock.Elapsed.TotalSeconds, processor, memory);
    }
}
