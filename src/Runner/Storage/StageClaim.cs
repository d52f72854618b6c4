using System.Diagnostics;
using System.Globalization;
using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>
/// Says that a process works on a job, so that others wait for the result. It saves work and nothing else: two processes that work on the
/// same job give one whole result, for each has an unfinished folder of its own (<see cref="StageFolder"/>).
/// </summary>
/// <remarks>
/// A folder beside the result, which exactly one of several processes can give its name, on file systems without locks too. In it are
/// <c>owner.json</c> and an empty file <c>beat.N</c>, which is renamed to <c>beat.N+1</c> every few seconds, when progress is written down
/// too. A claim whose count stands
/// still on the waiting process's own clock is nobody's; that of a process that is known to have ended is so at once.
/// </remarks>
internal sealed class StageClaim : IDisposable
{
    private const string OwnerFile = "owner.json", BeatFile = "beat.";
    private const int MostRefusals = 16; // Some ten seconds, and up to half a minute where the waiting has been long.

    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longSilence = TimeSpan.FromMinutes(10); // By clocks of two machines.
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(0.1), s_longestWait = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Lock _beating = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Timer _timer;
    private ClaimProgress? _progress;
    private long _beats;
    private bool _isGiven;

    private StageClaim(string path, ClaimOwner owner)
    {
        _path = path;
        Owner = owner;
        _timer = new Timer(_ => Beat(), null, s_beat, s_beat);
    }

    /// <summary>This process.</summary>
    public ClaimOwner Owner { get; }

    /// <summary>Whether another process has taken this one for dead and works on the job.</summary>
    public bool IsLost => !_isGiven && ClaimOwner.Read(Path.Combine(_path, OwnerFile))?.Nonce != Owner.Nonce;

    /// <summary>Waits until no other process works on a job.</summary>
    /// <param name="folder">The job; the folder above it exists.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>The claim, or null when the job was done meanwhile.</returns>
    /// <exception cref="IOException">A claim that nobody holds any more cannot be removed.</exception>
    public static StageClaim? Wait(StageFolder folder, CancellationToken cancel)
    {
        string path = folder.Path + StageFolder.ClaimEnding;
        ClaimOwner self = ClaimOwner.Self();
        string seen = "";
        int refusals = 0;
        TimeSpan since = folder.Clock();
        for (TimeSpan pause = s_shortestWait; ; pause = pause * 1.2 < s_longestWait ? pause * 1.2 : s_longestWait)
        {
            if (TryTake(folder.Path, self) is StageClaim taken)
            {
                return taken;
            }

            ClaimOwner? owner = ClaimOwner.Read(Path.Combine(path, OwnerFile));
            string now = $"{owner?.Nonce} {LastBeat(path)}";
            if (now != seen)
            {
                seen = now;
                refusals = 0;
                since = folder.Clock();
            }

            if (owner?.HasEnded(self) == true || folder.Clock() - since > folder.Silence)
            {
                if (Break(folder.Path, owner))
                {
                    continue;
                }

                if (++refusals == MostRefusals)
                {
                    throw new IOException(
                        $"{path}: the process that claimed this job has ended or is silent, and its claim cannot be removed. Close what "
                            + "has it open, or remove it by hand, and start again: what was computed is kept.");
                }
            }

            cancel.WaitHandle.WaitOne(pause);
            cancel.ThrowIfCancellationRequested();
            if (folder.IsThere())
            {
                return null;
            }
        }
    }

    /// <summary>Takes the claim on a job if nobody has it.</summary>
    /// <param name="job">The path of the job's result.</param>
    public static StageClaim? TryTake(string job) => TryTake(job, ClaimOwner.Self());

    /// <summary>
    /// Whether a claim that a process left may be removed: the process has ended, or is another machine's and has been silent for long.
    /// </summary>
    /// <param name="path">The claim's folder.</param>
    public static bool IsLeft(string path) => ClaimOwner.Read(Path.Combine(path, OwnerFile)) is { Process.IsHere: true } owner
        ? owner.HasEnded(ClaimOwner.Self())
        : DateTime.UtcNow - Directory.GetLastWriteTimeUtc(path) > s_longSilence;

    /// <summary>
    /// Whether somebody holds a claim, for those who only look on: its process is not known to have ended, and its count has moved lately.
    /// </summary>
    /// <param name="path">The claim's folder.</param>
    /// <param name="silence">How long ago that may be, by this machine's clock.</param>
    public static bool IsHeld(string path, TimeSpan silence) =>
        ClaimOwner.Read(Path.Combine(path, OwnerFile)) is { } owner
        && !owner.HasEnded(ClaimOwner.Self())
        && DateTime.UtcNow - Directory.GetLastWriteTimeUtc(path) < silence;

    /// <summary>Tells those who look on how far the job has come.</summary>
    /// <param name="share">Finished share, 0 to 1.</param>
    /// <param name="resumed">The share that an earlier process had made.</param>
    public void Report(double share, double resumed) =>
        Volatile.Write(ref _progress, new ClaimProgress(Owner.Process, share, resumed, _clock.Elapsed.TotalSeconds));

    /// <summary>Lets others in.</summary>
    public void Dispose()
    {
        lock (_beating)
        {
            if (_isGiven)
            {
                return;
            }

            _timer.Dispose();
            if (!IsLost)
            {
                Remove(_path, Aside(_path[..^StageFolder.ClaimEnding.Length], Owner));
            }

            _isGiven = true;
        }
    }

    private static StageClaim? TryTake(string job, ClaimOwner self)
    {
        string path = job + StageFolder.ClaimEnding;
        if (Directory.Exists(path))
        {
            return null;
        }

        // It gets its name with its content: nobody sees a claim without an owner.
        string aside = Aside(job, self);
        try
        {
            Directory.CreateDirectory(aside);
            self.Write(Path.Combine(aside, OwnerFile));
            File.WriteAllText(Path.Combine(aside, BeatFile + "0"), "");
        }
        catch (DirectoryNotFoundException)
        {
            return null; // The job was done that moment, and what stood beside its result removed.
        }

        // Who has just finished the job sweeps what stands beside its result, and may have found this with half its files.
        bool isRenamed = HeldFiles.TryRename(aside, path);
        if (ClaimOwner.Read(Path.Combine(path, OwnerFile))?.Nonce == self.Nonce)
        {
            return new StageClaim(path, self);
        }

        Folders.TryRemove(isRenamed ? path : aside);
        return null;
    }

    // Whether this process took the claim away. Two that break the same claim may meet a third's new one: what is found to be another's is
    // put back, and if that fails too, work is done twice.
    private static bool Break(string job, ClaimOwner? dead)
    {
        string aside = Aside(job, ClaimOwner.Self());
        if (!HeldFiles.TryRename(job + StageFolder.ClaimEnding, aside))
        {
            return false;
        }

        if (ClaimOwner.Read(Path.Combine(aside, OwnerFile))?.Nonce == dead?.Nonce
            || !HeldFiles.TryRename(aside, job + StageFolder.ClaimEnding))
        {
            Folders.TryRemove(aside);
        }

        return true;
    }

    // Renamed first: half a removed claim would be one without an owner.
    private static void Remove(string path, string aside)
    {
        if (HeldFiles.TryRename(path, aside))
        {
            Folders.TryRemove(aside);
        }
    }

    private static string Aside(string job, ClaimOwner owner) => $"{job}.{owner.Nonce}{StageFolder.AsideEnding}";

    private static string LastBeat(string path) =>
        Folders.Beside(Path.Combine(path, BeatFile)) is [string beat] ? Path.GetFileName(beat) : "";

    private void Beat()
    {
        lock (_beating)
        {
            if (_isGiven)
            {
                return;
            }

            // Where the renaming fails another process took the claim, or the file system fails: the job itself will find out.
            if (!HeldFiles.TryRename(FileOf(_beats), FileOf(_beats + 1)))
            {
                return;
            }

            _beats++;
            try
            {
                Volatile.Read(ref _progress)?.Write(_path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Likewise.
            }
        }

        string FileOf(long beats) => Path.Combine(_path, BeatFile + beats.ToString(CultureInfo.InvariantCulture));
    }
}
