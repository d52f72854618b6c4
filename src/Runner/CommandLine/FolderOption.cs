using Reproduce.Configuration;

namespace Reproduce.Runner.CommandLine;

/// <summary>Folders that the command line names.</summary>
internal static class FolderOption
{
    /// <summary>Refuses what can be no folder; nothing is made.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="folder">What it says; null when it is not given.</param>
    /// <exception cref="ConfigurationException">An empty name, or that of a file, or of something inside a file.</exception>
    public static void Check(string option, string? folder)
    {
        if (folder is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0', StringComparison.Ordinal))
        {
            throw new ConfigurationException($"{option}: expected the name of a folder, got '{folder}'.");
        }

        string? above = Path.GetFullPath(folder);
        while (above is not null && !Directory.Exists(above))
        {
            if (File.Exists(above))
            {
                throw new ConfigurationException($"{option}: expected a folder, but {above} is a file.");
            }

            above = Path.GetDirectoryName(above);
        }
    }

    /// <summary>Makes a folder before work begins.</summary>
    /// <param name="option">The option's name.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It cannot be made; the message names it.</exception>
    public static void Make(string option, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option}: the folder {folder} cannot be made ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
