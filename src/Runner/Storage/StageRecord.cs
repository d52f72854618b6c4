using System.Security.Cryptography;
using System.Text.Json;
using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>What stands in a finished result about itself, in the file <see cref="FileName"/>.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Label">The job's readable name.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Inputs">Everything that decides the result.</param>
/// <param name="Files">SHA-256 of every file, by name.</param>
/// <param name="Origin">Where it was computed; null in results of before this was recorded.</param>
internal sealed record StageRecord(
    string Stage, string Label, double Seconds, JsonElement Inputs, SortedDictionary<string, string> Files, JobOrigin? Origin = null)
{
    /// <summary>Name of the record's file.</summary>
    public const string FileName = "stage.json";

    private const string SealFile = "stage.sha256";

    /// <summary>Records what is in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="label">The job's readable name.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="inputs">Everything that decides the result, JSON.</param>
    /// <param name="temporary">Files that are not part of the result.</param>
    public static void Write(string folder, string stage, string label, TimeSpan duration, string inputs, string[] temporary)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            files[Path.GetFileName(file)] = Digest(file);
        }

        foreach (string other in temporary.Append(FileName).Append(SealFile))
        {
            files.Remove(other);
        }

        using JsonDocument document = JsonDocument.Parse(inputs);
        StageRecord record = new(stage, label, duration.TotalSeconds, document.RootElement, files, JobOrigin.Here());
        string path = Path.Combine(folder, FileName);
        FileSizeLimit.WriteText(path, IndentedJson.Write(record));
        FileSizeLimit.WriteText(Path.Combine(folder, SealFile), Seal(path));
    }

    /// <summary>Reads the record of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="JsonException">It is damaged.</exception>
    public static StageRecord Read(string folder) =>
        JsonSerializer.Deserialize<StageRecord>(HeldFiles.ReadText(Path.Combine(folder, FileName))) is { Files: not null } record
            ? record
            : throw new JsonException("the record is empty");

    /// <summary>Checks record and files of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stage">Name of the stage that it shall be of.</param>
    /// <param name="inputs">Everything that decides the result, JSON.</param>
    /// <returns>Null when all is well, else what is wrong, in one sentence.</returns>
    /// <exception cref="IOException">
    /// It cannot be told now: too many files are open, say, or a file server starts anew. That is no damage, for which hours of work would
    /// be thrown away.
    /// </exception>
    public static string? FindCorruption(string folder, string stage, string inputs)
    {
        try
        {
            return Find(folder, stage, inputs);
        }
        catch (JsonException e)
        {
            return $"{Path.Combine(folder, FileName)} cannot be read: {e.Message}";
        }
        catch (FileNotFoundException e)
        {
            return $"{e.FileName} is missing.";
        }
        catch (DirectoryNotFoundException)
        {
            return $"{folder} is missing."; // Another process found the damage too, and was first.
        }
    }

    private static string? Find(string folder, string stage, string inputs)
    {
        // By the folder's list: that a single file is "not there" is also said of one that cannot be looked at.
        HashSet<string> there = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f))];
        string path = Path.Combine(folder, FileName);
        // Results of before there was a seal have none; a seal that is there must fit.
        if (there.Contains(SealFile) && HeldFiles.ReadText(Path.Combine(folder, SealFile)) != Seal(path))
        {
            return $"{path} was changed after it was written (its checksum differs).";
        }

        StageRecord record = Read(folder);
        if (record.Stage != stage || !HasInputs(record.Inputs, inputs))
        {
            return $"{path} belongs to another job.";
        }

        foreach ((string name, string digest) in record.Files)
        {
            string file = Path.Combine(folder, name);
            if (!there.Contains(name))
            {
                return $"{file} is missing.";
            }

            if (Digest(file) != digest)
            {
                return $"{file} was changed after it was written (its checksum differs).";
            }
        }

        return null;
    }

    private static bool HasInputs(JsonElement recorded, string inputs)
    {
        using JsonDocument own = JsonDocument.Parse(inputs);
        return JsonElement.DeepEquals(recorded, own.RootElement);
    }

    private static string Seal(string record) => $"{Digest(record)}  {FileName}\n";

    private static string Digest(string file)
    {
        using FileStream stream = HeldFiles.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
