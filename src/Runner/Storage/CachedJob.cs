using System.Text.Json;
using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>What a cache has of one job, read from the cache alone: without the experiment that asked for it.</summary>
/// <param name="Path">The folder of the finished result, whether or not it is there.</param>
/// <param name="Stage">The stage's name.</param>
/// <param name="Label">The job's readable name; empty when nothing is finished.</param>
/// <param name="Experiment">The experiment's name; empty when nothing is finished.</param>
/// <param name="Source">The commit of the program that computed it; empty when that was not recorded.</param>
/// <param name="Finished">UTC time of its end; empty when that was not recorded.</param>
/// <param name="IsDone">Whether there is a finished result.</param>
/// <param name="HasWork">Whether there is an unfinished one, from which a run would go on.</param>
/// <param name="Bytes">Size of all files.</param>
public sealed record CachedJob(
    string Path, string Stage, string Label, string Experiment, string Source, string Finished, bool IsDone, bool HasWork, long Bytes)
{
    /// <summary>Everything in a cache, by stage and name.</summary>
    /// <param name="cache">Root of the cache.</param>
    public static IReadOnlyList<CachedJob> In(string cache)
    {
        if (!Directory.Exists(cache))
        {
            return [];
        }

        return
        [
            .. from stage in Directory.EnumerateDirectories(cache)
               from path in Directory.EnumerateFileSystemEntries(stage).Select(WithoutEnding).Distinct()
               orderby path
               select Read(stage, path),
        ];
    }

    /// <summary>The locks of stopped runs that no process holds, which <see cref="RemoveLock"/> removes.</summary>
    /// <param name="cache">Root of the cache.</param>
    public static IReadOnlyList<string> FreeLocks(string cache) => !Directory.Exists(cache)
        ? []
        :
        [
            .. Directory.EnumerateDirectories(cache).SelectMany(stage => Directory.EnumerateFiles(stage, "*" + StageFolder.LockEnding))
                .Where(IsFree)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Removes a lock unless a process has taken it meanwhile.</summary>
    /// <param name="file">The lock's file.</param>
    public static void RemoveLock(string file)
    {
        if (IsFree(file))
        {
            HeldFiles.Delete(file);
        }
    }

    /// <summary>Removes the finished result, and the record that the job failed.</summary>
    public void RemoveResult()
    {
        HeldFiles.DeleteFolder(Path);
        HeldFiles.Delete(Path + StageFolder.FailedEnding);
    }

    /// <summary>Removes what is unfinished; not while a process works on it.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool RemoveWork()
    {
        string file = Path + StageFolder.LockEnding;
        using (FileStream? taken = FileLocks.TryTake(file))
        {
            if (taken is null)
            {
                return false;
            }

            HeldFiles.DeleteFolder(Path + StageFolder.PartEnding);
        }

        RemoveLock(file);
        return true;
    }

    private static bool IsFree(string file)
    {
        using FileStream? taken = FileLocks.TryTake(file);
        return taken is not null;
    }

    private static string WithoutEnding(string path) =>
        System.IO.Path.GetExtension(path) is StageFolder.PartEnding or StageFolder.LockEnding or StageFolder.FailedEnding
            ? path[..path.LastIndexOf('.')]
            : path;

    private static CachedJob Read(string stage, string path)
    {
        long bytes = new[] { path, path + StageFolder.PartEnding }.Where(Directory.Exists)
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            .Sum(file => file.Length);
        string name = System.IO.Path.GetFileName(stage);
        bool work = Directory.Exists(path + StageFolder.PartEnding);
        string record = System.IO.Path.Combine(path, StageFolder.RecordFile);
        if (!File.Exists(record))
        {
            return new CachedJob(path, name, "", "", "", "", IsDone: false, work, bytes);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(record));
            JsonElement root = document.RootElement;
            return new CachedJob(
                path, name, Text(root, "Label"), Text(root, "Inputs", "name"), Text(root, "Origin", nameof(JobOrigin.Source)),
                Text(root, "Origin", nameof(JobOrigin.Finished)), IsDone: true, work, bytes);
        }
        catch (JsonException)
        {
            return new CachedJob(path, name, "a record that cannot be read", "", "", "", IsDone: true, work, bytes);
        }
    }

    private static string Text(JsonElement from, params string[] path)
    {
        foreach (string name in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from))
            {
                return "";
            }
        }

        return from.ValueKind == JsonValueKind.String ? from.GetString()! : "";
    }
}
