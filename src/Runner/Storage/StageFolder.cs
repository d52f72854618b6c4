using System.Diagnostics;
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
/// <c>stage.sha256</c> (which <c>sha256sum -c</c> reads) that of the record. One process at a time works on a job, by its claim; where
/// claims fail two do, each in a folder of its own, and the first whole result is the result. A job that failed leaves a file beside its
/// folder that says why, until it is begun again.
/// </remarks>
public sealed class StageFolder
{
    /// <summary>
    /// What stands behind a job's name: of folders of unfinished results, its claim, why it failed, and what is just being written or
    /// removed.
    /// </summary>
    internal const string PartEnding = ".part", ClaimEnding = ".claim", FailedEnding = ".failed", AsideEnding = WholeFile.UnfinishedEnding;

    private readonly string _inputs;
    private readonly Func<StageFolder, bool>? _hasAll;
    private StageClaim? _claim;

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

    /// <summary>How long the claim of another machine's process may stand still on this machine's clock before it counts as dead.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>This machine's clock, from any beginning; a test has one of its own.</summary>
    internal Func<TimeSpan> Clock { get; init; } = () => Stopwatch.GetElapsedTime(0);

    /// <summary>Name of the stage.</summary>
    public string Stage { get; }

    /// <summary>A readable name for messages.</summary>
    public string Label { get; }

    /// <summary>First 64 bits of the SHA-256 of the stage's name and inputs, in hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The folder of the finished result.</summary>
    public string Path { get; }

    /// <summary>
    /// The folder in which this process writes what is unfinished, since <see cref="Begin"/>; kept when the job is interrupted, so that
    /// another can go on from it.
    /// </summary>
    public string WorkPath { get; private set; }

    /// <summary>Whether somebody has begun the job and left something, or works on it.</summary>
    public bool IsBegun => Unfinished().Any();

    /// <summary>Whether a process, of this machine or another, works on the job and has given a sign of life lately.</summary>
    public bool IsWorkedOn => StageClaim.IsHeld(Path + ClaimEnding, 2 * Silence);

    /// <summary>How far the process has come that works on the job; null when none does, or has not said so.</summary>
    public ClaimProgress? Progress => ClaimProgress.Read(Path + ClaimEnding);

    /// <summary>Whether another process has taken this one for dead and works on the job that this one has begun.</summary>
    public bool IsTakenOver => _claim?.IsLost == true;

    /// <summary>True when the result is there, with everything that is wanted of it.</summary>
    public bool IsComplete => File.Exists(FileOf(StageRecord.FileName)) && (_hasAll is null || _hasAll(this));

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

    /// <summary>Reads the lists of a cache's folders, so that a file server is asked anew for what other machines have made.</summary>
    /// <param name="cache">Root of the cache.</param>
    public static void LookAnew(string cache)
    {
        foreach (string stage in Directory.Exists(cache) ? Directory.EnumerateDirectories(cache) : [])
        {
            _ = Directory.EnumerateFileSystemEntries(stage).Count();
        }
    }

    /// <summary>Whether the result is there when its name is looked for in the folder's list, as on file servers one must.</summary>
    public bool IsThere()
    {
        _ = Folders.Beside(Path);
        return IsComplete;
    }

    /// <summary>
    /// Claims the job, makes a folder for the unfinished result, which goes on from what an earlier process left, and forgets an earlier
    /// failure. Waits for a process that works on the same job: another run that shares the cache, or the training of a killed run that is
    /// just writing its last checkpoint.
    /// </summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>The claim, to be disposed when the job ends; null when the other process finished the result meanwhile.</returns>
    public IDisposable? Begin(CancellationToken cancel = default)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        StageClaim? claim = StageClaim.Wait(this, cancel);
        if (claim is null)
        {
            return null;
        }

        try
        {
            if (IsThere())
            {
                claim.Dispose();
                return null;
            }

            HeldFiles.Delete(FailureFile);
            GoOn($"{Path}.{claim.Owner.Nonce}{PartEnding}");
            _claim = claim;
            return claim;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Tells those who look on how far the job has come, since <see cref="Begin"/>.</summary>
    /// <param name="share">Finished share, 0 to 1.</param>
    /// <param name="resumed">The share that an earlier process had made.</param>
    public void Report(double share, double resumed) => _claim?.Report(share, resumed);

    /// <summary>Declares the unfinished result complete: records it and gives it its name.</summary>
    /// <param name="duration">How long the job took.</param>
    /// <param name="temporary">Files and folders of the unfinished result that are not part of it.</param>
    /// <remarks>
    /// Those go last: a process that is killed before the result has its name goes on from them. A result that another process made
    /// meanwhile stays, and this one is removed.
    /// </remarks>
    /// <exception cref="IOException">It cannot be written, or another process has taken over what is unfinished.</exception>
    public void Commit(TimeSpan duration, params string[] temporary)
    {
        if (IsThere())
        {
            Sweep();
            return;
        }

        if (IsTakenOver)
        {
            throw new IOException($"{Path}: another process took this one for dead and went on with its work.");
        }

        StageRecord.Write(WorkPath, Stage, Label, duration, _inputs, temporary);
        if (Directory.Exists(Path))
        {
            Discard(); // It lacks what is wanted today.
        }

        if (Rename())
        {
            foreach (string name in temporary)
            {
                Folders.Remove(FileOf(name));
                HeldFiles.Delete(FileOf(name));
            }
        }

        Sweep();
    }

    /// <summary>Records that the job failed; what is unfinished stays for the next try.</summary>
    /// <param name="reason">One sentence, for the report.</param>
    public void Fail(string reason)
    {
        string time = DateTime.UtcNow.ToString(JobOrigin.TimeFormat, CultureInfo.InvariantCulture);
        JobFailure failure = new(reason, time, ProcessIdentity.Self(), JobOrigin.ThisSource);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        WholeFile.WriteText(FailureFile, IndentedJson.Write(failure));
    }

    /// <summary>Checks every file of the finished result against its recorded checksum.</summary>
    /// <returns>Null when all is well, else what is wrong, in one sentence.</returns>
    /// <exception cref="IOException">It cannot be told now.</exception>
    public string? FindCorruption() => StageRecord.FindCorruption(Path, Stage, _inputs);

    /// <summary>Removes a finished result, so that the job runs again; it may be gone already.</summary>
    /// <exception cref="IOException">It is still there, and would be taken for whole.</exception>
    public void Discard()
    {
        // At once, and once where two processes find the same to be removed.
        string aside = $"{Path}.{Guid.NewGuid():N}{AsideEnding}";
        if (TakeAway(Path, aside, "removed"))
        {
            Folders.TryRemove(aside);
        }
    }

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

    private IEnumerable<string> Unfinished() =>
        Folders.Beside(Path + ".").Where(f => f.EndsWith(PartEnding, StringComparison.Ordinal));

    // What earlier processes left: the youngest is gone on with. One that was only taken for dead finds its folder gone and waits.
    // What is there and cannot be had ends the job: beginning anew would lose it, for a result sweeps what is left.
    private void GoOn(string work)
    {
        WorkPath = work;
        foreach (string left in Unfinished().OrderByDescending(Directory.GetLastWriteTimeUtc))
        {
            if (TakeAway(left, work, "gone on with"))
            {
                break;
            }
        }

        Directory.CreateDirectory(work);
        foreach (string orphan in Directory.EnumerateFiles(work, "*" + AsideEnding))
        {
            HeldFiles.Delete(orphan); // A process was killed while it wrote: the whole file beside it is what counts.
        }
    }

    // Whether a folder has another name now; another process may have been first, and over a network a rename may have been done that is
    // said to have failed.
    private static bool TakeAway(string folder, string to, string what)
    {
        try
        {
            HeldFiles.RenameFolder(folder, to);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Directory.Exists(folder)
                ? throw new IOException($"{folder} cannot be {what}: {e.Message}", e)
                : Directory.Exists(to);
        }
    }

    // What other processes have left of the job, now that there is a result.
    private void Sweep()
    {
        HeldFiles.Delete(FailureFile);
        foreach (string left in Folders.Beside(Path + ".").Where(f =>
            f.EndsWith(PartEnding, StringComparison.Ordinal) || f.EndsWith(AsideEnding, StringComparison.Ordinal)))
        {
            Folders.TryRemove(left);
        }
    }

    // Whether this process gave the result its name. Another may have been first; and over a network a rename may have been done that is
    // said to have failed.
    private bool Rename()
    {
        try
        {
            HeldFiles.RenameFolder(WorkPath, Path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && IsThere())
        {
            return !Directory.Exists(WorkPath);
        }
    }

    private StageRecord Read() => StageRecord.Read(Path);
}
