using System.Security.Cryptography;
using System.Text;
using Reproduce.Configuration;
using Reproduce.Tasks;

namespace Reproduce.Runner.Configuration;

/// <summary>Finds the files of a task that lives in files: processes that read the experiment as it is run need not search again.</summary>
public static class TaskFiles
{
    private const string Section = "task", Digest = "sha256 ";

    /// <summary>An experiment's tree with the task's folder as a full path, and its version if the user gave none.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="task">The task that it has.</param>
    /// <param name="experimentFolder">The experiment file's folder, where a relative folder starts.</param>
    public static YamlMap Place(YamlMap tree, IFileBound task, string experimentFolder)
    {
        ArgumentNullException.ThrowIfNull(task);
        string folder = Path.GetFullPath(Path.Combine(experimentFolder, task.Folder ?? "."));
        YamlMap placed = YamlOverlay.Put(tree, Section, "folder", folder);
        return task.Version is null ? YamlOverlay.Put(placed, Section, "version", Content(folder, task.FilesIn(folder))) : placed;
    }

    // Who changes a simulator wants other simulations, whatever the folder and the time of the change.
    private static string Content(string folder, IEnumerable<string> files)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file).Replace('\\', '/') + "\n"));
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Digest + Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }
}
