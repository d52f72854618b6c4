using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>Held by the one process that works on a job.</summary>
internal sealed class StageClaim : IDisposable
{
    private readonly StageFolder _folder;
    private readonly FileStream _lock;

    private StageClaim(StageFolder folder, FileStream taken)
    {
        _folder = folder;
        _lock = taken;
    }

    /// <summary>Waits until no other process works on the job.</summary>
    /// <param name="folder">The job; the folder above it exists.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public static StageClaim Wait(StageFolder folder, CancellationToken cancel)
    {
        while (true)
        {
            if (FileLocks.TryTake(LockFile(folder)) is FileStream taken)
            {
                return new StageClaim(folder, taken);
            }

            cancel.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(100));
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Lets others in. The lock's file goes when the job is done: whoever holds it then finds the result.</summary>
    public void Dispose()
    {
        if (_folder.IsComplete && !OperatingSystem.IsWindows())
        {
            HeldFiles.Delete(LockFile(_folder));
        }

        _lock.Dispose();
    }

    // Beside the work folder and not in it: Windows renames no folder in which a file is open.
    private static string LockFile(StageFolder folder) => folder.Path + StageFolder.LockEnding;
}
