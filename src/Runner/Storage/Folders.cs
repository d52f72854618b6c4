using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>Folders on file systems that other machines write to as well.</summary>
internal static class Folders
{
    /// <summary>Removes a folder with all that is in it, if it is there; another process may be at it too.</summary>
    /// <param name="path">The folder.</param>
    public static void Remove(string path)
    {
        try
        {
            HeldFiles.DeleteFolder(path);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    /// <summary>Removes a folder that nobody looks for any more, if that can be done.</summary>
    /// <param name="path">The folder.</param>
    public static void TryRemove(string path)
    {
        try
        {
            Remove(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It takes room and does no harm. Ending a job for it would lose more; the job's next result tries again.
        }
    }

    /// <summary>
    /// Whether a file is in its folder's list. <see cref="File.Exists"/> says no of one that cannot be looked at, too: for that nothing
    /// that took hours shall begin anew.
    /// </summary>
    /// <param name="file">The file.</param>
    public static bool Has(string file) => Beside(file).Any(f => Path.GetFileName(f) == Path.GetFileName(file));

    /// <summary>Folders and files beside one another whose names begin alike; none where there is no such folder.</summary>
    /// <param name="beginning">A path whose last part is the beginning.</param>
    /// <remarks>
    /// Reading a folder's list asks a file server anew: a machine that has once been told that a name is not there believes it for a while.
    /// </remarks>
    public static IReadOnlyList<string> Beside(string beginning)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(beginning)!, Path.GetFileName(beginning) + "*")];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
