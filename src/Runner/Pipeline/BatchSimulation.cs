using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Simulates a pool with a slow simulator: on all cores, with finished simulations on disk as they come. A simulation that failed is
/// reported and replaced by one with new parameters, in the same row.
/// </summary>
/// <remarks>Row i depends on i alone and not on the size of the pool: a larger pool begins with the very simulations of a smaller
/// one.</remarks>
public static class BatchSimulation
{
    // Replacements that fail are replaced again, so often; a simulator that still fails is not one that fails now and then.
    private const int Rounds = 10;

    // Parameters that share a stream of random numbers.
    private const int Chunk = 512;

    /// <summary>Simulates the pool; the caller owns it.</summary>
    /// <param name="task">The task.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="key">The pool's stream.</param>
    /// <param name="folder">Where finished simulations are kept until the pool is complete.</param>
    /// <param name="context">Where it is simulated.</param>
    /// <param name="progress">Finished share.</param>
    /// <exception cref="InvalidDataException">A simulation and all its replacements failed.</exception>
    public static (Simulations Pool, IReadOnlyList<FailedSimulation> Failures) Run(
        IBatchSimulator task, int count, RandomKey key, string folder, JobContext context, IProgress<double> progress)
    {
        using IDisposable scope = NewDisposeScope();
        // Whole chunks of the simulator's; what is too many of the last is simulated and left out.
        int whole = checked((count + task.Chunk - 1) / task.Chunk * task.Chunk);
        Tensor theta = Parameters(task, whole, key.Child("prior"));
        SimulationBatch batch = Simulate(task, theta, key.Child("simulator"), Path.Combine(folder, "0"), context, n =>
            progress.Report((double)n / whole)
        );
        if (whole > count)
        {
            theta = theta.narrow(0, 0, count).clone();
            batch = new SimulationBatch(
                batch.X.Map(part => part.narrow(0, 0, count).clone()), [.. batch.Failures.Where(f => f.Row < count)]);
        }

        List<FailedSimulation> failures = [.. batch.Failures];
        IReadOnlyList<FailedSimulation> open = batch.Failures;
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
                using RandomSource random = new(again.Child("prior").Child(row));
                Tensor replaced = task.SamplePrior(1, random);
                SimulationBatch one = Simulate(task, replaced, again.Child("simulator").Child(row), null, context, null);
                theta[row] = replaced[0];
                foreach ((string name, Tensor part) in batch.X.Parts)
                {
                    part[row] = one.X[name][0];
                }

                next.AddRange(one.Failures.Select(f => f with { Row = row }));
            }

            failures.AddRange(next);
            open = next;
        }

        return (new Simulations(theta.DetachFromDisposeScope(), batch.X.DetachFromDisposeScope()), failures);
    }

    private static Tensor Parameters(IBatchSimulator task, int count, RandomKey key)
    {
        List<Tensor> thetas = [];
        for (int first = 0; first < count; first += Chunk)
        {
            using RandomSource random = new(key.Child(first / Chunk));
            thetas.Add(task.SamplePrior(Chunk, random));
        }

        return cat(thetas, 0).narrow(0, 0, count).clone();
    }

    private static SimulationBatch Simulate(
        IBatchSimulator task, Tensor theta, RandomKey key, string? folder, JobContext context, Action<int>? progress) =>
        task.SimulateBatch(theta, key, new BatchRequest(folder, context.Threads, progress, context.Cancel) { Note = context.Note });
}
