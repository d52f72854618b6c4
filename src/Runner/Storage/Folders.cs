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
