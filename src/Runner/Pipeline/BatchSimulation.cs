using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Simulates a pool with a slow simulator: on all cores, with finished simulations on disk as they come. A simulation that failed is
/// reported and replaced by one with new parameters, in the same row.
/// </summary>
/// <remarks>
/// Row i depends on i alone, also where it failed and was replaced, and not on the size of the pool: a larger pool begins with the very
/// simulations of a smaller one, and parts of a pool can be simulated on machines of their own.
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
        theta = Wanted(theta);
        Observation? x = batch.Observed?.Map(Wanted);
        List<FailedSimulation> open = [.. batch.Failures.Where(f => f.Row < count)];
        List<FailedSimulation> failures = [.. open];
        for (int round = 1; open.Count > 0; round++)
        {
            if (round > Rounds)
            {
                throw new InvalidDataException(
                    $"{open.Count} simulations failed {Rounds + 1} times, with new parameters each time: {open[0].Reason}"
                );
            }

            RandomKey again = key.Child("again").Child(round);
            long[] rows = [.. open.Select(f => f.Row)];
            List<FailedSimulation> next = [];
            foreach (long row in rows)
            {
                using RandomSource random = new(again.Child("prior").Child(first + row));
                Tensor replaced = task.SamplePrior(1, random);
                SimulationBatch one = task.SimulateBatch(
                    replaced, again.Child("simulator").Child(first + row), request with { Folder = null, Progress = null, First = 0 });
                theta[row] = replaced[0];
                // Where nothing has succeeded before, the first success says what an observation is.
                x ??= one.Observed?.Map(part => full([count, .. part.shape[1..]], float.NaN, part.dtype));
                if (one.Observed is Observation made)
                {
                    foreach ((string name, Tensor part) in x!.Parts)
                    {
                        part[row] = made[name][0];
                    }
                }

                next.AddRange(one.Failures.Select(f => f with { Row = row }));
            }

            failures.AddRange(next);
            open = next;
        }

        return (
            new Simulations(theta.DetachFromDisposeScope(), x!.DetachFromDisposeScope()),
            [.. failures.Select(f => f with { Row = first + f.Row })]);

        Tensor Wanted(Tensor rows) => whole == count ? rows : rows.narrow(0, 0, count).clone();
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
