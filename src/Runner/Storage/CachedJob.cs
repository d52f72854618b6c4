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
    private const string OldLockEnding = ".lock";

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

    /// <summary>
    /// What stopped runs left that no process holds, which <see cref="RemoveLeft"/> removes: claims, and locks of before those.
    /// </summary>
    /// <param name="cache">Root of the cache.</param>
    public static IReadOnlyList<string> FreeLocks(string cache) => !Directory.Exists(cache)
        ? []
        :
        [
            .. Directory.EnumerateDirectories(cache).SelectMany(Directory.EnumerateFileSystemEntries).Where(IsFree)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Removes a claim or a lock unless a process has taken it meanwhile.</summary>
    /// <param name="path">Its path.</param>
    public static void RemoveLeft(string path)
    {
        if (IsFree(path))
        {
            Folders.Remove(path);
            HeldFiles.Delete(path);
        }
    }

    /// <summary>Removes the finished result, and the record that the job failed.</summary>
    public void RemoveResult()
    {
        Folders.Remove(Path);
        HeldFiles.Delete(Path + StageFolder.FailedEnding);
    }

    /// <summary>Removes what is unfinished; not while a process works on it.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool RemoveWork()
    {
        if (StageClaim.IsLeft(Path + StageFolder.ClaimEnding))
        {
            Folders.Remove(Path + StageFolder.ClaimEnding);
        }

        using StageClaim? taken = StageClaim.TryTake(Path);
        foreach (string work in taken is null ? [] : Unfinished(Path))
        {
            Folders.Remove(work);
        }

        return taken is not null;
    }

    // Old locks are held by the system for their process.
    private static bool IsFree(string path)
    {
        switch (System.IO.Path.GetExtension(path))
        {
            case StageFolder.ClaimEnding:
                return StageClaim.IsLeft(path);
            case OldLockEnding:
                using (FileStream? taken = FileLocks.TryTake(path))
                {
                    return taken is not null;
                }

            default:
                return false;
        }
    }

    private static IEnumerable<string> Unfinished(string path) =>
        Folders.Beside(path + ".").Where(f => f.EndsWith(StageFolder.PartEnding, StringComparison.Ordinal));

    // A hash has no dot.
    private static string WithoutEnding(string path)
    {
        string name = System.IO.Path.GetFileName(path);
        return name.Contains('.', StringComparison.Ordinal) ? path[..^(name.Length - name.IndexOf('.', StringComparison.Ordinal))] : path;
    }

    private static CachedJob Read(string stage, string path)
    {
        string[] unfinished = [.. Unfinished(path)];
        long bytes = unfinished.Append(path).Where(Directory.Exists)
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
            .Sum(file => file.Length);
        string name = System.IO.Path.GetFileName(stage);
        bool work = unfinished.Length > 0;
        string record = System.IO.Path.Combine(path, StageRecord.FileName);
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
