namespace Reproduce.Tasks.External;

/// <summary>Finds a program as a shell would.</summary>
internal static class ProgramSearch
{
    /// <summary>The program's file, or null.</summary>
    /// <param name="name">A name, or a path with a slash.</param>
    /// <param name="folder">Where a relative path starts.</param>
    public static string? Find(string name, string folder)
    {
        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe", ".cmd", ".bat"] : [""];
        string path = name.IndexOfAny(['/', '\\']) >= 0 ? "" : Environment.GetEnvironmentVariable("PATH") ?? "";
        IEnumerable<string> folders = path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(folder);
        return folders.SelectMany(f => endings.Select(e => Path.Combine(f, name + e))).FirstOrDefault(File.Exists);
    }
}
