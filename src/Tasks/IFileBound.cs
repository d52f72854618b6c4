namespace Reproduce.Tasks;

/// <summary>Settings of a task that lives in files of the user's, such as a program or simulations that were made elsewhere.</summary>
public interface IFileBound
{
    /// <summary>The folder in which the files are looked for; relative to the experiment file's until it has been placed.</summary>
    string? Folder { get; }

    /// <summary>What tells one state of the files from another; their content when not given.</summary>
    string? Version { get; }

    /// <summary>The files whose content decides the simulations.</summary>
    /// <param name="folder">The folder, absolute.</param>
    IEnumerable<string> FilesIn(string folder);
}
