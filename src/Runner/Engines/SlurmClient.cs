using System.Globalization;
using Reproduce.Compute;

namespace Reproduce.Runner.Engines;

/// <summary>Slurm's programs, as they are found on the path.</summary>
public static class SlurmClient
{
    /// <summary>Elements of an array at most, where a cluster says nothing else.</summary>
    public const int UsualMaxArraySize = 1001;

    private const string SizeKey = "MaxArraySize";

    /// <summary>Submits a script.</summary>
    /// <param name="script">The script's file.</param>
    /// <param name="dependency">What it waits for; empty for nothing.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="IOException">It was refused, or there is no sbatch; the message says why.</exception>
    public static string Submit(string script, string dependency)
    {
        string[] waits = string.IsNullOrEmpty(dependency) ? [] : [$"--dependency={dependency}"];
        (int exitCode, string output, string errors) = OtherProgram.Run("sbatch", ["--parsable", .. waits, script])
            ?? throw new IOException("there is no sbatch here, or no answer: submit on a machine of the cluster, or look with --dry-run.");
        // NUMBER, or NUMBER;CLUSTER.
        string id = output.Trim().Split(';')[0];
        return exitCode == 0 && id.Length > 0 && id.All(char.IsAsciiDigit)
            ? id
            : throw new IOException($"sbatch refused {script}: {(errors.Trim().Length > 0 ? errors : output).Trim()}");
    }

    /// <summary>The elements of this user's arrays that Slurm has in its queue; null when it does not say.</summary>
    public static IReadOnlyList<QueuedElement>? Queue()
    {
        // A controller that is down lets its clients wait for minutes.
        string[] question = ["--noheader", "--array", $"--user={Environment.UserName}", "--format=%F|%K|%T|%R"];
        if (OtherProgram.Ask("squeue", question) is not string output)
        {
            return null;
        }

        return
        [
            .. output.Split('\n').Select(line => line.Trim().Split('|', 4)).Where(parts => parts.Length == 4).Select(parts =>
                new QueuedElement(
                    parts[0],
                    int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : 0,
                    parts[2],
                    parts[3])),
        ];
    }

    /// <summary>The cluster's limit for elements of an array; the usual one where there is no cluster to ask.</summary>
    public static int MaxArraySize()
    {
        string? line = OtherProgram.Ask("scontrol", ["show", "config"])
            ?.Split('\n').FirstOrDefault(l => l.StartsWith(SizeKey, StringComparison.Ordinal));
        return int.TryParse(line?.Split('=')[^1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0
            ? size
            : UsualMaxArraySize;
    }
}
