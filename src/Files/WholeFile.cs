namespace Reproduce.Files;

/// <summary>Writes files whole or not at all: beside their place and then, in one step, into it.</summary>
public static class WholeFile
{
    /// <summary>How the name of a file ends that a process is writing; one that lies about was left by a killed process.</summary>
    public const string UnfinishedEnding = ".tmp";

    /// <summary>Writes a file and puts it in its place.</summary>
    /// <param name="path">The file; an older one is replaced. Its folder must exist.</param>
    /// <param name="write">Writes the file of the given name, and does nothing else.</param>
    /// <exception cref="IOException">
    /// It would be larger than the system allows, another program holds the older one open, or anything else that writing may meet.
    /// </exception>
    public static void Write(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string beside = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}{UnfinishedEnding}";
        try
        {
            FileSizeLimit.Write(path, () => write(beside));
            HeldFiles.Replace(beside, path);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Writes text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="IOException">As above.</exception>
    public static void WriteText(string path, string text) => Write(path, beside => File.WriteAllText(beside, text));

    /// <summary>Writes bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="IOException">As above.</exception>
    public static void WriteBytes(string path, byte[] bytes) => Write(path, beside => File.WriteAllBytes(beside, bytes));
}
