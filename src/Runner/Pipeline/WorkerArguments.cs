using System.Globalization;

namespace Reproduce.Runner.Pipeline;

/// <summary>What a child process must know to make the same plan as its parent.</summary>
/// <param name="ResolvedFile">The experiment as run.</param>
/// <param name="Variant">"paper" or the variant's name.</param>
/// <param name="Cache">Root folder of the results of jobs.</param>
/// <param name="CheckpointSeconds">Time between two checkpoints.</param>
public sealed record WorkerArguments(string ResolvedFile, string Variant, string Cache, double CheckpointSeconds)
{
    /// <summary>The hidden verb of the command line.</summary>
    public const string Verb = "job-worker";

    /// <summary>The child's command line.</summary>
    /// <param name="job">The job.</param>
    public IEnumerable<string> ToList(IJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        string seconds = CheckpointSeconds.ToString("R", CultureInfo.InvariantCulture);
        return [Verb, ResolvedFile, "--variant", Variant, "--cache", Cache, "--job", job.Folder.Hash, "--checkpoint-seconds", seconds];
    }
}
