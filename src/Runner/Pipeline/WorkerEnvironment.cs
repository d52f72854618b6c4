namespace Reproduce.Runner.Pipeline;

/// <summary>Variables of a process that trains on one core.</summary>
internal static class WorkerEnvironment
{
    private static readonly (string Name, string Value)[] s_variables =
    [
        // One core for each job: the numerical libraries would otherwise start a team of threads in every child.
        ("OMP_NUM_THREADS", "1"),
        ("MKL_NUM_THREADS", "1"),
        // Millions of steps make small objects; with the default budget for new ones, collections come every few milliseconds of work.
        ("DOTNET_GCgen0size", "0x10000000"),
    ];

    /// <summary>Gives a process that is to be started its variables.</summary>
    /// <param name="environment">Its environment, which it has from this process.</param>
    public static void Set(IDictionary<string, string?> environment)
    {
        foreach ((string name, string value) in s_variables)
        {
            environment[name] = value;
        }
    }

    /// <summary>The line of a shell's script that sets them.</summary>
    public static string ToShell() => $"export {string.Join(' ', s_variables.Select(v => $"{v.Name}={v.Value}"))}";
}
