using System.Diagnostics;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Training and validation simulations of a replicate: one pool, of which budgets are prefixes; simulated here, or joined from shards.
/// </summary>
public sealed class SimulateJob : IJob
{
    /// <summary>Raised by hand when the simulations of the same settings become others.</summary>
    internal const int Version = 1;

    private readonly JobScope _scope;

    /// <summary>The simulations of a replicate.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="replicate">Which of the replicates, from 0; some budget has it.</param>
    /// <param name="shardRows">
    /// Rows of a shard at most, rounded up to whole streams of random numbers; null when one job simulates everything. The result is the
    /// same, and so is its folder.
    /// </param>
    public SimulateJob(JobScope scope, int replicate, int? shardRows = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        _scope = scope;
        Replicate = replicate;
        Pool = scope.Experiment.Simulations.Budgets.Where(b => scope.Experiment.ReplicatesAt(b) > replicate).Max();
        Validation = scope.Experiment.Simulations.Validation;
        string label = $"{Pool} training simulations" + (replicate > 0 ? $", replicate {replicate + 1}" : "");
        Folder = scope.Folder("simulate", label, new
        {
            Version,
            scope.Experiment.Name,
            scope.Experiment.Seed,
            Task = scope.Simulator,
            Pool,
            Validation,
            // Left out of the hash for the first, which was there before the others had simulations of their own.
            Replicate = replicate > 0 ? replicate : (int?)null,
        });
        int together = SimulatedPool.RowsTogether(scope.Task), rows = (int)((shardRows ?? 0L) + together - 1) / together * together;
        // What is in a file is read, and what is no more than a shard needs none.
        if (rows > 0 && rows < Math.Max(Pool, Validation) && scope.Task.Description.Stored is null)
        {
            Shards = [.. ShardsOf(DataSplit.Training, Pool, rows), .. ShardsOf(DataSplit.Validation, Validation, rows)];
        }
    }

    /// <summary>Which of the replicates, from 0.</summary>
    public int Replicate { get; }

    /// <summary>Training simulations.</summary>
    public int Pool { get; }

    /// <summary>Validation simulations.</summary>
    public int Validation { get; }

    /// <summary>The shards that this job joins, training simulations first; none when it simulates everything itself.</summary>
    public IReadOnlyList<SimulationShardJob> Shards { get; } = [];

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => Shards;

    /// <inheritdoc/>
    public double Weight => Pool + Validation;

    /// <inheritdoc/>
    public string MemorySettings => "simulations.budgets or simulations.validation";

    /// <inheritdoc/>
    public bool EndsRun => true;

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        SimulatedPool pool = new(_scope.Task, Folder, context, progress);
        foreach ((DataSplit split, int count) in new[] { (DataSplit.Training, Pool), (DataSplit.Validation, Validation) })
        {
            if (count > 0)
            {
                using Simulations simulated = Shards.Count > 0 ? Joined(split) : pool.Make(split, 0, count, KeyOf(split));
                SimulationFiles.Write(Folder.WorkFile(SimulationFiles.NameOf(split)), simulated);
            }
        }

        FailedSimulationsFile.Join(Folder, Shards.Select(s => s.Folder));
        // As if it had simulated them: what a simulation takes is reckoned from this.
        pool.Commit(clock.Elapsed + TimeSpan.FromSeconds(Shards.Sum(s => s.Folder.Seconds)));
    }

    /// <summary>The stream of a split's simulations.</summary>
    /// <param name="split">Training or validation.</param>
    internal RandomKey KeyOf(DataSplit split)
    {
        RandomKey key = _scope.Key.Child("simulate");
        return (Replicate == 0 ? key : key.Child(Replicate)).Child(split.ToString().ToLowerInvariant());
    }

    private IEnumerable<SimulationShardJob> ShardsOf(DataSplit split, int count, int rows)
    {
        for (int first = 0; first < count; first += rows)
        {
            yield return new SimulationShardJob(_scope, this, split, first, Math.Min(rows, count - first));
        }
    }

    private Simulations Joined(DataSplit split)
    {
        foreach (SimulationShardJob shard in Shards.Where(s => s.Split == split))
        {
            if (shard.Folder.FindCorruption() is string problem)
            {
                shard.Folder.Discard();
                throw new JobFailedException($"{problem} The shard is computed again with the next start.");
            }
        }

        using IDisposable scope = NewDisposeScope();
        Simulations[] parts =
        [
            .. Shards.Where(s => s.Split == split).Select(s => SimulationFiles.Read(s.Folder.FileOf(SimulationFiles.NameOf(split)))),
        ];
        try
        {
            Observation x = new(parts[0].X.Parts.Keys.ToDictionary(name => name, name => cat([.. parts.Select(p => p.X[name])], 0)));
            return new Simulations(cat([.. parts.Select(p => p.Theta)], 0).DetachFromDisposeScope(), x.DetachFromDisposeScope());
        }
        finally
        {
            Array.ForEach(parts, p => p.Dispose());
        }
    }
}
