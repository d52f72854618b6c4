using System.Text.Json;

namespace Reproduce.Runner.Storage;

/// <summary>Who claims a job.</summary>
/// <param name="Nonce">Digits that no other claim has.</param>
/// <param name="Process">The process that works on the job.</param>
/// <param name="Batch">Its job of a batch system, or null.</param>
/// <param name="Restart">How often the batch system had started that job before.</param>
internal sealed record ClaimOwner(string Nonce, ProcessIdentity Process, string? Batch, int Restart)
{
    private const int Digits = 12;

    /// <summary>This process, with a new nonce.</summary>
    public static ClaimOwner Self() => new(
        Guid.NewGuid().ToString("N")[..Digits],
        ProcessIdentity.Self(),
        Environment.GetEnvironmentVariable("SLURM_JOB_ID"),
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_RESTART_COUNT"), out int count) ? count : 0);

    /// <summary>
    /// Whether the owner is known to have ended: a process of this machine that is not there any more, or an earlier start of the batch
    /// system's job that this process is a part of. Of others only the silence of their claim tells.
    /// </summary>
    /// <param name="observer">Who asks.</param>
    public bool HasEnded(ClaimOwner observer) =>
        (Process.IsHere && !Process.IsRunningHere) || (Batch is not null && Batch == observer.Batch && Restart < observer.Restart);

    /// <summary>Reads an owner; null when the file is missing or damaged.</summary>
    /// <param name="path">The file.</param>
    public static ClaimOwner? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ClaimOwner>(File.ReadAllText(path)) is { Nonce: not null, Process.Host: not null } owner
                ? owner
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it to a new file.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));
}
