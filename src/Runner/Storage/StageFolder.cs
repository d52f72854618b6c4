using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reproduce.Configuration;
using Reproduce.Files;
using Reproduce.Runner.Catalogue;

namespace Reproduce.Runner.Storage;

/// <summary>
/// The result of one job: a folder whose name carries a hash of everything that decides its content, whole or not there at all.
/// </summary>
/// <remarks>
/// A job writes into a folder beside the final one, which is renamed when it is complete; so a folder that exists under its own name
/// is whole, whatever happened to the process. <c>stage.json</c> in it records the inputs and a SHA-256 of every file, and
/// <c>stage.sha256</c> (which <c>sha256sum -c</c> reads) that of the record. Only one process at a time works on a job. A job that
/// failed leaves a file beside its folder that says why, until it is begun again.
/// </remarks>
public sealed class StageFolder
{
    internal const string RecordFile = "stage.json";

    /// <summary>What stands behind a job's name: of the folder of its unfinished result, its lock, and why it failed.</summary>
    internal const string PartEnding = ".part", LockEnding = ".lock", FailedEnding = ".failed";

    private const string SealFile = "stage.sha256";
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n" };

    private readonly string _inputs;
    private readonly Func<StageFolder, bool>? _hasAll;

    /// <summary>The folder of a job.</summary>
    /// <param name="cache">Root of the cache.</param>
    /// <param name="stage">Name of the stage, such as "train".</param>
    /// <param name="label">A readable name for messages, such as "cmpe, 1024 simulations".</param>
    /// <param name="inputs">A record of everything that decides the result.</param>
    /// <param name="hasAll">
    /// Whether a finished result has everything that is wanted of it today; without it what was once finished is complete.
    /// </param>
    public StageFolder(string cache, string stage, string label, object inputs, Func<StageFolder, bool>? hasAll = null)
    {
        _hasAll = hasAll;
        _inputs = CanonicalJson.Write(inputs, SettingKinds.All);
        Stage = stage;
        Label = label;
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(stage + "\n" + _inputs));
        Hash = Convert.ToHexStringLower(digest)[..16];
        Path = System.IO.Path.Combine(cache, stage, Hash);
        WorkPath = Path + PartEnding;
    }

    /// <summary>Name of the stage.</summary>
    public string Stage { get; }

    /// <summary>A readable name for messages.</summary>
    public string Label { get; }

    /// <summary>First 64 bits of the SHA-256 of the stage's name and inputs, in hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The folder of the finished result.</summary>
    public string Path { get; }

    /// <summary>The folder in which an unfinished job writes; kept when it is interrupted, so that it can go on.</summary>
    public string WorkPath { get; }

    /// <summary>True when the result is there, with everything that is wanted of it.</summary>
    public bool IsComplete => File.Exists(FileOf(RecordFile)) && (_hasAll is null || _hasAll(this));

    /// <summary>Why the job failed when it was last tried; null when it did not, or when there is a result.</summary>
    public JobFailure? Failure => !IsComplete && File.Exists(FailureFile) ? ReadFailure() : null;

    /// <summary>Seconds that the job took.</summary>
    public double Seconds => Read().Seconds;

    /// <summary>Where the job was computed; null for results of before this was recorded.</summary>
    public JobOrigin? Origin => Read().Origin;

    /// <summary>A file of the finished result.</summary>
    /// <param name="name">File name.</param>
    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file of the unfinished result.</summary>
    /// <param name="name">File name.</param>
    public string WorkFile(string name) => System.IO.Path.Combine(WorkPath, name);

    /// <summary>
    /// Makes the folder for the unfinished result, keeps other processes out of it and forgets an earlier failure. Waits for a process that
    /// works on the same job:
    /// another run that shares the cache, or the training of a killed run that is just writing its last checkpoint.
    /// </summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>The claim, to be disposed when the job ends; null when the other process finished the result meanwhile.</returns>
    public IDisposable? Begin(CancellationToken cancel = default)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        StageClaim claim = StageClaim.Wait(this, cancel);
        try
        {
            if (IsComplete)
            {
                claim.Dispose();
                return null;
            }

            HeldFiles.Delete(FailureFile);
            Directory.CreateDirectory(WorkPath);
            foreach (string orphan in Directory.EnumerateFiles(WorkPath, "*" + WholeFile.UnfinishedEnding))
            {
                HeldFiles.Delete(orphan); // A process was killed while it wrote: the whole file beside it is what counts.
            }

            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Declares the unfinished result complete: records it and gives it its name.</summary>
    /// <param name="duration">How long the job took.</param>
    /// <param name="temporary">Files and folders of the unfinished result that are not part of it.</param>
    /// <remarks>Those go last: a process that is killed before the result has its name goes on from them.</remarks>
    public void Commit(TimeSpan duration, params string[] temporary)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(WorkPath))
        {
            files[System.IO.Path.GetFileName(file)] = Digest(file);
        }

        foreach (string other in temporary.Append(RecordFile).Append(SealFile))
        {
            files.Remove(other);
        }

        using JsonDocument inputs = JsonDocument.Parse(_inputs);
        StageRecord record = new(Stage, Label, duration.TotalSeconds, inputs.RootElement, files, JobOrigin.Here());
        FileSizeLimit.WriteText(WorkFile(RecordFile), JsonSerializer.Serialize(record, s_json));
        FileSizeLimit.WriteText(WorkFile(SealFile), Seal(WorkFile(RecordFile)));
        HeldFiles.DeleteFolder(Path);
        HeldFiles.RenameFolder(WorkPath, Path);
        foreach (string name in temporary)
        {
            HeldFiles.DeleteFolder(FileOf(name));
            HeldFiles.Delete(FileOf(name));
        }
    }

    /// <summary>Records that the job failed; what is unfinished stays for the next try.</summary>
    /// <param name="reason">One sentence, for the report.</param>
    public void Fail(string reason)
    {
        string time = DateTime.UtcNow.ToString(JobOrigin.TimeFormat, CultureInfo.InvariantCulture);
        JobFailure failure = new(reason, time, ProcessIdentity.Self(), JobOrigin.ThisSource);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        WholeFile.WriteText(FailureFile, JsonSerializer.Serialize(failure, s_json));
    }

    /// <summary>Checks every file of the finished result against its recorded checksum.</summary>
    /// <returns>Null when all is well, else what is wrong, in one sentence.</returns>
    public string? FindCorruption()
    {
        StageRecord record;
        try
        {
            // Results of before there was a seal have none; a seal that is there must fit.
            if (File.Exists(FileOf(SealFile)) && File.ReadAllText(FileOf(SealFile)) != Seal(FileOf(RecordFile)))
            {
                return $"{FileOf(RecordFile)} was changed after it was written (its checksum differs).";
            }

            record = Read();
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return $"{FileOf(RecordFile)} cannot be read: {e.Message}";
        }

        if (record.Stage != Stage || !HasInputs(record.Inputs))
        {
            return $"{FileOf(RecordFile)} belongs to another job.";
        }

        foreach ((string name, string digest) in record.Files)
        {
            string file = FileOf(name);
            if (!File.Exists(file))
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

    /// <summary>Removes a finished result, so that the job runs again.</summary>
    public void Discard() => HeldFiles.DeleteFolder(Path);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stage}/{Hash} ({Label})");

    private string FailureFile => Path + FailedEnding;

    // That it failed is known from the file's being there, whatever somebody has made of its content.
    private JobFailure ReadFailure()
    {
        try
        {
            return JsonSerializer.Deserialize<JobFailure>(File.ReadAllText(FailureFile)) is { Reason: not null } failure
                ? failure
                : throw new JsonException("the record is empty");
        }
        catch (JsonException e)
        {
            return new JobFailure($"{FailureFile} cannot be read: {e.Message}", "", null, null);
        }
    }

    private StageRecord Read() =>
        JsonSerializer.Deserialize<StageRecord>(File.ReadAllText(FileOf(RecordFile))) is { Files: not null } record
            ? record
            : throw new JsonException("the record is empty");

    private bool HasInputs(JsonElement recorded)
    {
        using JsonDocument own = JsonDocument.Parse(_inputs);
        return JsonElement.DeepEquals(recorded, own.RootElement);
    }

    private static string Seal(string record) => $"{Digest(record)}  {RecordFile}\n";

    private static string Digest(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private sealed record StageRecord(
        string Stage,
        string Label,
        double Seconds,
        JsonElement Inputs,
        SortedDictionary<string, string> Files,
        JobOrigin? Origin = null
    );
}
