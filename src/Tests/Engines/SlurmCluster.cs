using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Reproduce.Tests.Runner;
using Reproduce.Tests.Support;

namespace Reproduce.Tests.Engines;

/// <summary>Three pretended nodes under the real Slurm on this machine, started by .ci/slurm-cluster.sh.</summary>
internal sealed class SlurmCluster : IDisposable
{
    private static readonly string s_script = Path.Combine(Repository.Root, ".ci", "slurm-cluster.sh");

    private readonly TemporaryFolder _folder = new();

    private SlurmCluster()
    {
    }

    /// <summary>Starts it; the test that asks is skipped with a word where that cannot be.</summary>
    public static SlurmCluster Start()
    {
        Assume.That(OperatingSystem.IsLinux() && Environment.UserName == "root", "The cluster for tests is started as root, on Linux.");
        Assume.That(
            new[] { "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged" }.All(File.Exists),
            "Debian's packages slurm-wlm and munge are not installed here.");
        SlurmCluster cluster = new();
        if (!OperatingSystem.IsWindows())
        {
            // A daemon of another user keeps its files below.
            File.SetUnixFileMode(cluster._folder.Path, File.GetUnixFileMode(cluster._folder.Path) | (UnixFileMode)0b000_101_101);
        }

        // Its daemons outlive the script and keep what they were given: nothing is read from them.
        string ports = FreePorts.Find(4).ToString(CultureInfo.InvariantCulture); // the controller's and those of the three nodes
        (int exitCode, string output) = cluster.RunQuietly("bash", s_script, "up", cluster.Folder, ports);
        if (exitCode != 0)
        {
            cluster.Dispose();
            Assert.Fail($"the cluster does not start: {output}");
        }

        Environment.SetEnvironmentVariable("SLURM_CONF", Path.Combine(cluster.Folder, "slurm.conf"));
        return cluster;
    }

    /// <summary>Where it keeps its files.</summary>
    public string Folder => Path.Combine(_folder.Path, "cluster");

    /// <summary>Runs a client of Slurm.</summary>
    /// <returns>What it wrote.</returns>
    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }

    /// <summary>Number and state of each element of this user's that has not ended.</summary>
    public static string[] Queue() =>
        [.. Run("squeue", "--noheader", "--array", "--format=%i %T").Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Lets what was put back into the queue run now; Slurm lets it wait for two minutes.</summary>
    public static void Hurry()
    {
        foreach (string waiting in Queue().Where(q => q.EndsWith(" PENDING", StringComparison.Ordinal)))
        {
            try
            {
                Run("scontrol", "update", $"JobId={waiting.Split(' ')[0]}", "StartTime=now");
            }
            catch (InvalidOperationException)
            {
                // It has begun meanwhile, or waits for another.
            }
        }
    }

    /// <summary>Waits until a condition holds; what was put back into the queue does not wait.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromMinutes(30)), $"{what}; the queue: {string.Join(", ", Queue())}");
            Hurry();
            Thread.Sleep(300);
        }
    }

    /// <summary>Kills the daemon of a node, with nothing else; the node is taken for lost after ten seconds.</summary>
    public void KillDaemon(string node)
    {
        string id = File.ReadAllText(Path.Combine(Folder, node + ".pid"));
        using Process daemon = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
        daemon.Kill();
    }

    /// <summary>Starts the daemon of a node again.</summary>
    public void Revive(string node) => RunQuietly("slurmd", "-N", node, "-c");

    public void Dispose()
    {
        RunQuietly("bash", s_script, "down", Folder);
        Environment.SetEnvironmentVariable("SLURM_CONF", null);
        Thread.Sleep(500); // The daemons write their state once more.
        try
        {
            _folder.Dispose();
        }
        catch (IOException)
        {
            // A daemon is still writing; the folder is one of the system's temporary ones.
        }
    }

    private (int ExitCode, string Output) RunQuietly(params string[] words)
    {
        string log = Path.Combine(_folder.Path, "log");
        ProcessStartInfo start = new("bash", ["-c", "log=$1; shift; exec \"$@\" > \"$log\" 2>&1 < /dev/null", "bash", log, .. words]);
        start.Environment["SLURM_CONF"] = Path.Combine(Folder, "slurm.conf");
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return (process.ExitCode, File.ReadAllText(log));
    }
}
