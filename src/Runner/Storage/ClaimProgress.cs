using System.Text.Json;
using Reproduce.Files;

namespace Reproduce.Runner.Storage;

/// <summary>How far the process has come that works on a job: a file in its claim, for those who look on.</summary>
/// <param name="Process">The process.</param>
/// <param name="Share">Finished share of the job, 0 to 1.</param>
/// <param name="Resumed">The share that an earlier process had made.</param>
/// <param name="Seconds">Time since this process began.</param>
public sealed record ClaimProgress(ProcessIdentity Process, double Share, double Resumed, double Seconds)
{
    private const string FileName = "progress.json";
    private const double Little = 0.001;

    /// <summary>Time to the end, if the rest goes as what this process has made; null before anything is known.</summary>
    public TimeSpan? Left => Share - Resumed > Little ? TimeSpan.FromSeconds(Seconds * (1 - Share) / (Share - Resumed)) : null;

    /// <summary>Reads what stands in a claim; null when nothing does.</summary>
    /// <param name="claim">The claim's folder.</param>
    internal static ClaimProgress? Read(string claim)
    {
        try
        {
            return JsonSerializer.Deserialize<ClaimProgress>(File.ReadAllText(Path.Combine(claim, FileName))) is { Process: not null } read
                ? read
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it into a claim.</summary>
    /// <param name="claim">The claim's folder.</param>
    internal void Write(string claim) => WholeFile.WriteText(Path.Combine(claim, FileName), JsonSerializer.Serialize(this));
}
