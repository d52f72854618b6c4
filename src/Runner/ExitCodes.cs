namespace Reproduce.Runner;

/// <summary>What the process's exit code says.</summary>
public static class ExitCodes
{
    /// <summary>Everything was done.</summary>
    public const int Success = 0;

    /// <summary>Something unforeseen went wrong.</summary>
    public const int Failure = 1;

    /// <summary>A night is worse than the baseline, or lacks some of it.</summary>
    public const int Regression = 1;

    /// <summary>A file or an option is wrong; nothing was computed.</summary>
    public const int BadConfiguration = 2;

    /// <summary>Some jobs failed (a training diverged, say); the others were done and the report shows the holes.</summary>
    public const int Incomplete = 3;

    /// <summary>Another run uses the results folder; nothing was computed.</summary>
    public const int FolderInUse = 4;

    /// <summary>What the system reports of a process that was killed (SIGKILL), also when memory ran out.</summary>
    public const int Killed = 137;

    /// <summary>Stopped by Ctrl-C; a second run goes on from there.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by a termination signal; a second run goes on from there.</summary>
    public const int Terminated = 143;
}
