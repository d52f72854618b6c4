using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>
/// Keeps a second run out of a results folder, and says who is in it.
/// </summary>
/// <remarks>
/// Two files in the folder "logs". The system holds <c>run.lock</c> for the process and gives it free when the process ends, however it
/// ends. <c>run.owner</c> names host and process for messages, and decides where the file system keeps no locks: a process of this
/// machine is looked up by number and start time; one of another machine counts as long as it renews the file, which it does every few
/// seconds.
/// </remarks>
public sealed class ResultsLock : IDisposable
{
    /// <summary>Folder of logs, working files and the lock, in the results folder.</summary>
    public const string LogsFolder = "logs";

    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(2);

    private readonly FileStream _lock;
    private readonly string _ownerFile;
    private readonly Timer _renewal;

    private ResultsLock(FileStream taken, string ownerFile, string? stale)
    {
        _lock = taken;
        _ownerFile = ownerFile;
        Stale = stale;
        ProcessIdentity.Self().Write(ownerFile);
        _renewal = new Timer(_ => Renew(), null, s_renewal, s_renewal);
    }

    /// <summary>The owner that left a lock behind without being there any more, or null.</summary>
    public string? Stale { get; }

    /// <summary>Takes the folder.</summary>
    /// <param name="output">The results folder; made if need be.</param>
    /// <exception cref="FolderInUseException">Another run uses it.</exception>
    public static ResultsLock Take(string output)
    {
        string logs = Path.Combine(output, LogsFolder);
        Directory.CreateDirectory(logs);
        string ownerFile = Path.Combine(logs, "run.owner");
        FileStream? taken = FileLocks.TryTake(Path.Combine(logs, "run.lock"));
        ProcessIdentity? owner = ProcessIdentity.Read(ownerFile);
        bool isAlive =
            owner is not null && (owner.IsHere ? owner.IsRunningHere : DateTime.UtcNow - File.GetLastWriteTimeUtc(ownerFile) < s_silence);
        if (taken is null || isAlive)
        {
            taken?.Dispose();
            string who = owner?.ToString() ?? "another process";
            throw new FolderInUseException($"{output} is in use by {who}; wait for it, or give this run a folder of its own with --out.");
        }

        return new ResultsLock(taken, ownerFile, owner?.ToString());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _renewal.Dispose();
        HeldFiles.Delete(_ownerFile);
        _lock.Dispose();
    }

    private void Renew()
    {
        try
        {
            File.SetLastWriteTimeUtc(_ownerFile, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder was removed or became read-only: the run itself will say so.
        }
    }
}
