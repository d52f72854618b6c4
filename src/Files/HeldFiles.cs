namespace Reproduce.Files;

/// <summary>Renames, removes and reads what another program may have open for a moment.</summary>
/// <remarks>
/// Windows renames and removes no file that somebody has open without sharing that, and no folder with such a file in it; virus
/// scanners, indexers and backups open fresh files. So all of these try again for a while, and name the path when it was no use.
/// Elsewhere an open file is in nobody's way and a failure is final.
/// </remarks>
public static class HeldFiles
{
    private const int Tries = 40;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(0.25);

    /// <summary>Gives a file another's name.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name; an older file of that name is replaced.</param>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void Replace(string from, string to) => Persist(to, () => File.Move(from, to, overwrite: true));

    /// <summary>Renames a folder.</summary>
    /// <param name="from">The folder.</param>
    /// <param name="to">Its new name; nothing of that name is there.</param>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void RenameFolder(string from, string to) => Persist(from, () => Directory.Move(from, to));

    /// <summary>Gives a file or a folder another name if that can be done now: where another process being first is an answer.</summary>
    /// <param name="from">The file or folder.</param>
    /// <param name="to">Its new name, which nothing has.</param>
    /// <returns>Whether this call did it; another process may have been first with either name.</returns>
    /// <remarks>Over a network a rename may be reported as failed that was done: who must know looks at what is there.</remarks>
    public static bool TryRename(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a text that another process may be replacing.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static string ReadText(string path)
    {
        string text = "";
        Persist(path, () => text = File.ReadAllText(path));
        return text;
    }

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        FileStream? stream = null;
        Persist(path, () => stream = File.OpenRead(path));
        return stream!;
    }

    /// <summary>Removes a file; one that is not there is no failure.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void Delete(string path) => Persist(path, () => File.Delete(path));

    /// <summary>Removes a folder with all that is in it; one that is not there is no failure.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Persist(path, () => Directory.Delete(path, recursive: true));
        }
    }

    private static void Persist(string path, Action act) =>
        Persist(path, act, OperatingSystem.IsWindows() ? Tries : 1, () => Thread.Sleep(s_pause));

    /// <summary>Does something to a file, again and again while the system refuses it.</summary>
    /// <param name="path">What the message names.</param>
    /// <param name="act">The deed.</param>
    /// <param name="tries">How often it is tried.</param>
    /// <param name="pause">What is done between two tries.</param>
    internal static void Persist(string path, Action act, int tries, Action pause)
    {
        for (int tried = 1; ; tried++)
        {
            try
            {
                act();
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && tried < tries && !IsMissing(e))
            {
                pause();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && tries > 1 && !IsMissing(e))
            {
                throw new IOException(
                    $"{path} cannot be read, replaced, renamed or removed ({e.Message.TrimEnd('.')}): another program may have it open "
                        + "(a virus scanner, a backup, an editor), or it may not be written. Close that program and start again: "
                        + "what was computed is kept.",
                    e);
            }
        }
    }

    // Waiting brings nothing back that is not there.
    private static bool IsMissing(Exception e) => e is FileNotFoundException or DirectoryNotFoundException;
}
