using Reproduce.Files;

namespace Reproduce.Runner.CommandLine;

/// <summary>Writes the JSON Schemas of the files that people write.</summary>
public static class SchemaCommand
{
    /// <summary>Writes them.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="console">Where their names go.</param>
    /// <returns>An exit code.</returns>
    public static int Run(string folder, TextWriter console)
    {
        ArgumentNullException.ThrowIfNull(console);
        FolderOption.Make("--out", folder);
        foreach ((string name, string text) in SchemaFiles.Write(ProjectFolder.Configs))
        {
            string file = Path.Combine(folder, name);
            WholeFile.WriteText(file, text);
            console.WriteLine(file);
        }

        return ExitCodes.Success;
    }
}
