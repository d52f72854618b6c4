using System.Diagnostics;

namespace Reproduce.Tests.Faults;

/// <summary>A process that does not outlive its test, however the test ends.</summary>
/// <param name="process">The process, with its children.</param>
internal sealed class RunningProcess(Process process) : IDisposable
{
    public Process Process { get; } = process;

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            Process.WaitForExit();
        }

        Process.Dispose();
    }
}
