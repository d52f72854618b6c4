namespace Reproduce.Files;

/// <summary>Writing files on systems that limit the size of a file.</summary>
public static class FileSizeLimit
{
    /// <summary>Writes a file; reaching the limit is an error of input and output that names the file.</summary>
    /// <remarks>.NET reports EFBIG as an argument that is out of range, as if the program were wrong.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes it, and does nothing else: what else is out of range would pass for the limit.</param>
    /// <exception cref="IOException">The file would be too large, or anything else that writing may meet.</exception>
    public static void Write(string path, Action write)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            write();
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == "value")
        {
            throw new IOException($"{path}: the file would be larger than this system or its limit (ulimit -f) allows.", e);
        }
    }

    /// <summary>Writes text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    /// <exception cref="IOException">As above.</exception>
    public static void WriteText(string path, string text) => Write(path, () => File.WriteAllText(path, text));

    /// <summary>Writes bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="IOException">As above.</exception>
    public static void WriteBytes(string path, byte[] bytes) => Write(path, () => File.WriteAllBytes(path, bytes));
}
