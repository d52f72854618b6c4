using System.Globalization;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Engines;

/// <summary>Scripts in the place of sbatch, squeue and scontrol, which write down what they are called with.</summary>
internal sealed class FakeSlurm : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    /// <summary>Puts the scripts before everything else on the path of this process.</summary>
    /// <param name="maxArraySize">What scontrol says.</param>
    /// <param name="refused">The submission that sbatch refuses, counted from 1; 0 for none.</param>
    public FakeSlurm(int maxArraySize = 1001, int refused = 0)
    {
        Program("sbatch", $$"""
            echo "$@" >> {{_folder.Path}}/calls
            n=$(wc -l < {{_folder.Path}}/calls)
            if [ "$n" -eq {{refused.ToString(CultureInfo.InvariantCulture)}} ]; then echo "sbatch: error: no such account" >&2; exit 1; fi
            echo $((100 + n))
            """);
        Program("squeue", $"cat {_folder.Path}/queue");
        Program("scontrol", $"echo 'MaxArraySize            = {maxArraySize.ToString(CultureInfo.InvariantCulture)}'");
        Queue();
        Environment.SetEnvironmentVariable("PATH", $"{_folder.Path}{Path.PathSeparator}{_path}");
    }

    /// <summary>What sbatch was called with, in order.</summary>
    public string[] Calls => File.Exists(Path.Combine(_folder.Path, "calls")) ? File.ReadAllLines(Path.Combine(_folder.Path, "calls")) : [];

    /// <summary>Sets what squeue says.</summary>
    /// <param name="lines">ARRAY|INDEX|STATE|REASON.</param>
    public void Queue(params string[] lines) => _folder.File("queue", string.Join('\n', lines));

    /// <summary>Lets squeue fail, as with a controller that is down.</summary>
    public void BreakQueue() => Program("squeue", "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _folder.Dispose();
    }

    private void Program(string name, string body)
    {
        string file = _folder.File(name, "#!/bin/bash\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
