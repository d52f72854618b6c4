namespace Reproduce.Runner.Storage;

/// <summary>Files that one process at a time holds open. The system gives them free when the process ends, however it ends.</summary>
internal static class FileLocks
{
    // EWOULDBLOCK of Linux and of macOS; sharing and lock violation of Windows.
    private static readonly int[] s_held = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    /// <summary>Takes a lock, or gives null when another process (or another lock of this one) has it.</summary>
    /// <param name="path">The lock's file; made if need be, and empty.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException e) when (s_held.Contains(e.HResult))
        {
            return null;
        }
    }
}
