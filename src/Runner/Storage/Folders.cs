using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>Folders on file systems that other machines write to as well.</summary>
internal static class Folders
{
    /// <summary>Gives a folder another name, at once and whole.</summary>
    /// <param name="from">The folder.</param>
    /// <param name="to">Its new name, which nothing has.</param>
    /// <returns>Whether this call did it; another process may have been first with either name.</returns>
    /// <remarks>Over a network a rename may be reported as failed that was done: who must know looks at what is there.</remarks>
    public static bool TryMove(string from, string to) => HeldFiles.TryRename(from, to);

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
