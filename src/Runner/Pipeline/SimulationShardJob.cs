using System.Diagnostics;
using System.Globalization;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Rows of a replicate's simulations that are simulated by themselves, so that many machines do at once what would take one too long; the
/// <see cref="SimulateJob"/> joins them.
/// </summary>
/// <remarks>
/// The rows are those of the whole pool, also where some failed and were replaced. Neither the pool's size nor the number of shards is in
/// the hash: a larger pool in shards of as many rows has those of a smaller one.
/// </remarks>
public sealed class SimulationShardJob : IJob
{
    private readonly JobScope _scope;
    private readonly SimulateJob _whole;

    /// <summary>Some rows of a split.</summary>
    /// <param name="scope">The experiment.</param>
    /// <param name="whole">The job that joins the shards.</param>
    /// <param name="split">Training or validation simulations.</param>
    /// <param name="first">The first row, a whole number of <see cref="SimulatedPool.RowsTogether"/>.</param>
    /// <param name="count">Number of rows.</param>
    public SimulationShardJob(JobScope scope, SimulateJob whole, DataSplit split, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(whole);
        (_scope, _whole, Split, First, Count) = (scope, whole, split, first, count);
        string name = split.ToString().ToLowerInvariant();
        string label = string.Create(CultureInfo.InvariantCulture, $"{name} simulations {first + 1} to {first + count}")
            + (whole.Replicate > 0 ? $", replicate {whole.Replicate + 1}" : "");
        Folder = scope.Folder("shard", label, new
        {
            SimulateJob.Version,
            scope.Experiment.Name,
            scope.Experiment.Seed,
            Task = scope.Simulator,
            Split = name,
            First = first,
            Count = count,
            whole.Replicate,
        });
    }

    /// <summary>Training or validation simulations.</summary>
    public DataSplit Split { get; }

    /// <summary>The first row.</summary>
    public int First { get; }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public StageFolder Folder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IJob> Needs => [];

    /// <inheritdoc/>
    public double Weight => Count;

    /// <inheritdoc/>
    public string MemorySettings => "shard_rows of the engine";

    /// <inheritdoc/>
    public bool EndsRun => true;

    /// <inheritdoc/>
    public bool IsDone => Folder.IsComplete || _whole.Folder.IsComplete;

    /// <summary>How many rows a shard has where the engine does not say.</summary>
    /// <param name="task">The task.</param>
    /// <returns>
    /// Those that a simulator that is slow (it runs its simulations as batches that can be interrupted) has done within hours; for others
    /// so many that they still fit into memory.
    /// </returns>
    public static int UsualRows(ITask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Description.Batches is null ? 1_000_000 : 10_000;
    }

    /// <inheritdoc/>
    public void Run(JobContext context, JobProgress progress)
    {
        ArgumentNullException.ThrowIfNull(context);
        Stopwatch clock = Stopwatch.StartNew();
        SimulatedPool pool = new(_scope.Task, Folder, context, progress);
        using (Simulations simulated = pool.Make(Split, First, Count, _whole.KeyOf(Split)))
        {
            SimulationFiles.Write(Folder.WorkFile(SimulationFiles.NameOf(Split)), simulated);
        }

        pool.Commit(clock.Elapsed);
    }
}
