using System.Runtime.ExceptionServices;
using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Simulates a pool with a slow simulator: on all cores, with finished simulations on disk as they come. A simulation that failed is
/// reported and replaced by one with new parameters, in the same row.
/// </summary>
/// <remarks>
/// A row depends on the simulator's chunk that it is in and on nothing else, also where it failed and was replaced: a larger pool begins
/// with the very simulations of a smaller one, and parts of a pool can be simulated on machines of their own. What failed in a chunk is
/// replaced together, and the replacements of several chunks are made at once.
/// </remarks>
public static class BatchSimulation
{
    // Replacements that fail are replaced again, so often; a simulator that still fails is not one that fails now and then.
    private const int Rounds = 10;

    // Parameters that share a stream of random numbers.
    private const int Chunk = 512;

    /// <summary>Simulates the pool or a part of it; the caller owns it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="first">The first row, a whole number of the simulator's chunks.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="key">The pool's stream.</param>
    /// <param name="folder">Where finished simulations are kept until the pool is complete.</param>
    /// <param name="context">Where it is simulated.</param>
    /// <param name="progress">Finished share.</param>
    /// <returns>The simulations; and those that failed, by their rows in the pool, first tries first.</returns>
    /// <exception cref="InvalidDataException">A simulation and all its replacements failed.</exception>
    public static (Simulations Pool, IReadOnlyList<FailedSimulation> Failures) Run(
        IBatchSimulator task, int first, int count, RandomKey key, string folder, JobContext context, IProgress<double> progress)
    {
        using IDisposable scope = NewDisposeScope();
        // Whole chunks of the simulator's; what is too many of the last is simulated and left out.
        int whole = checked((count + task.Chunk - 1) / task.Chunk * task.Chunk);
        Tensor theta = Parameters(task, first, whole, key.Child("prior"));
        BatchRequest request = new(Path.Combine(folder, "0"), context.Threads, n => progress.Report((double)n / whole), context.Cancel)
        {
            First = first,
            Note = context.Note,
        };
        SimulationBatch batch = task.SimulateBatch(theta, key.Child("simulator"), request);
        Observation? x = batch.Observed;
        List<FailedSimulation> failures = [.. batch.Failures], open = failures;
        for (int round = 1; open.Any(f => f.Row < count); round++)
        {
            if (round > Rounds)
            {
                FailedSimulation[] wanted = [.. open.Where(f => f.Row < count)];
                throw new InvalidDataException(
                    $"{wanted.Length} simulations failed {Rounds + 1} times, with new parameters each time: {wanted[0].Reason}");
            }

            // Of a last chunk that is wanted in part the rest is replaced too, as in a larger pool.
            open = [.. open.GroupBy(f => (first + f.Row) / task.Chunk).Where(chunk => chunk.Any(f => f.Row < count)).SelectMany(c => c)];
            open = Replace(task, theta, ref x, open, key.Child("again").Child(round), request with { Folder = null, Progress = null });
            failures = [.. failures, .. open];
        }

        return (
            new Simulations(Wanted(theta).DetachFromDisposeScope(), x!.Map(Wanted).DetachFromDisposeScope()),
            [.. failures.Where(f => f.Row < count).Select(f => f with { Row = first + f.Row })]);

        Tensor Wanted(Tensor rows) => whole == count ? rows : rows.narrow(0, 0, count).clone();
    }

    // Once more, with new parameters: a request for each chunk, on all workers. Returns those that failed again.
    private static List<FailedSimulation> Replace(
        IBatchSimulator task,
        Tensor theta,
        ref Observation? x,
        List<FailedSimulation> open,
        RandomKey key,
        BatchRequest request)
    {
        (long Chunk, long[] Rows)[] chunks =
        [
            .. open.GroupBy(f => (request.First + f.Row) / task.Chunk, f => f.Row).Select(rows => (rows.Key, rows.ToArray())),
        ];
        (Tensor Theta, SimulationBatch Made)[] made = new (Tensor, SimulationBatch)[chunks.Length];
        ParallelOptions workers = new() { MaxDegreeOfParallelism = task.WorkersAt(request.Workers), CancellationToken = request.Cancel };
        try
        {
            Parallel.For(0, chunks.Length, workers, Make);
        }
        catch (AggregateException e)
        {
            Exception[] all = [.. e.Flatten().InnerExceptions];
            ExceptionDispatchInfo.Throw(all.FirstOrDefault(one => one is not OperationCanceledException) ?? all[0]);
        }

        List<FailedSimulation> again = [];
        foreach (((_, long[] rows), (Tensor replaced, SimulationBatch batch)) in chunks.Zip(made))
        {
            using Tensor target = tensor(rows);
            using Observation? observed = batch.Observed;
            theta.index_copy_(0, target, replaced);
            replaced.Dispose();
            // Where nothing has succeeded before, the first success says what an observation is.
            x ??= observed?.Map(part => full([theta.shape[0], .. part.shape[1..]], float.NaN, part.dtype));
            foreach ((string name, Tensor part) in observed?.Parts ?? new Dictionary<string, Tensor>())
            {
                x![name].index_copy_(0, target, part);
            }

            again.AddRange(batch.Failures.Select(f => f with { Row = rows[f.Row] }));
        }

        return again;

        void Make(int i)
        {
            using DisposeScope scope = NewDisposeScope();
            using RandomSource random = new(key.Child("prior").Child(chunks[i].Chunk));
            Tensor replaced = task.SamplePrior(chunks[i].Rows.Length, random);
            SimulationBatch batch = task.SimulateBatch(
                replaced, key.Child("simulator").Child(chunks[i].Chunk), request with { Workers = 1, First = 0, MayFail = true });
            batch.Observed?.DetachFromDisposeScope();
            made[i] = (replaced.DetachFromDisposeScope(), batch);
        }
    }

    private static Tensor Parameters(IBatchSimulator task, int first, int count, RandomKey key)
    {
        List<Tensor> thetas = [];
        int before = first / Chunk;
        for (int chunk = before; chunk * Chunk < first + count; chunk++)
        {
            using RandomSource random = new(key.Child(chunk));
            thetas.Add(task.SamplePrior(Chunk, random));
        }

        return cat(thetas, 0).narrow(0, first - before * Chunk, count).clone();
    }
}
