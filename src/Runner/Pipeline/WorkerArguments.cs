using System.Globalization;

namespace Reproduce.Runner.Pipeline;

/// <summary>What a process must know that runs single jobs, to make the same plan as the one that asks for them.</summary>
/// <param name="ResolvedFile">The experiment as run.</param>
/// <param name="Variant">"paper" or the variant's name.</param>
/// <param name="Cache">Root folder of the results of jobs.</param>
/// <param name="CheckpointSeconds">Time between two checkpoints.</param>
/// <param name="ShardRows">Training simulations of a job of their own at most; null when one job simulates them all.</param>
public sealed record WorkerArguments(string ResolvedFile, string Variant, string Cache, double CheckpointSeconds, int? ShardRows = null)
{
    /// <summary>The option for <see cref="ShardRows"/>.</summary>
    public const string Shards = "--shard-rows";

    /// <summary>The verb of the command line.</summary>
    public const string Verb = "run-job";

    /// <summary>The option that says that a run started the process.</summary>
    public const string Child = "--child";

    /// <summary>The command line of a child that runs a job.</summary>
    /// <param name="job">The job.</param>
    public IEnumerable<string> ToList(IJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return [Verb, ResolvedFile, job.Folder.Hash, .. Options(), Child];
    }

    /// <summary>The options of the verb, behind the file and the jobs' hashes.</summary>
    public IReadOnlyList<string> Options()
    {
        string seconds = CheckpointSeconds.ToString("R", CultureInfo.InvariantCulture);
        string[] shards = ShardRows is int rows ? [Shards, rows.ToString(CultureInfo.InvariantCulture)] : [];
        return ["--variant", Variant, "--cache", Cache, "--checkpoint-seconds", seconds, .. shards];
    }
}
