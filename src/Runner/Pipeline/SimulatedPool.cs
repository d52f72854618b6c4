using Reproduce.Compute;
using Reproduce.Inference.Training;
using Reproduce.Runner.Storage;
using Reproduce.Tasks;
using Reproduce.Tasks.Denoising;
using static TorchSharp.torch;

namespace Reproduce.Runner.Pipeline;

/// <summary>Draws parameters from the prior and runs the simulator, for the job whose folder is given.</summary>
internal sealed class SimulatedPool
{
    // Simulations that share a stream of random numbers: a larger pool begins with the very simulations of a smaller one.
    private const int Chunk = 512;

    private readonly ITask _task;
    private readonly StageFolder _folder;
    private readonly JobContext _context;
    private readonly JobProgress _progress;

    /// <summary>The simulations of a job that begins.</summary>
    /// <param name="task">The task.</param>
    /// <param name="folder">The job's folder.</param>
    /// <param name="context">Where it runs.</param>
    /// <param name="progress">Told the finished share.</param>
    public SimulatedPool(ITask task, StageFolder folder, JobContext context, JobProgress progress)
    {
        _task = task;
        _folder = folder;
        _context = context;
        _progress = progress;
        FailedSimulationsFile.Reset(folder);
    }

    /// <summary>Rows of a task's simulations that share a stream of random numbers; a part of a pool has whole ones.</summary>
    /// <param name="task">The task.</param>
    public static int RowsTogether(ITask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Description.Batches?.Chunk ?? Chunk;
    }

    /// <summary>Simulates; the caller owns the result.</summary>
    /// <param name="split">Which simulations.</param>
    /// <param name="first">The first row of them, a whole number of <see cref="RowsTogether"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="key">Their stream.</param>
    public Simulations Make(DataSplit split, int first, int count, RandomKey key)
    {
        if (_task.Description.Stored is IStoredPairs stored)
        {
            (Tensor theta, Observation x) = stored.First(split, count, _context.Note);
            return new Simulations(theta.DetachFromDisposeScope(), x.DetachFromDisposeScope());
        }

        if (split == DataSplit.Test && _task.Description.Tests is IFixedTests tests)
        {
            (Tensor theta, Observation x) = tests.First(count);
            return new Simulations(theta.DetachFromDisposeScope(), x.DetachFromDisposeScope());
        }

        if (_task.Description.Batches is not IBatchSimulator slow)
        {
            return MakeInChunks(split, first, count, key);
        }

        string pool = split.ToString().ToLowerInvariant();
        (Simulations simulated, IReadOnlyList<FailedSimulation> failures) =
            BatchSimulation.Run(slow, first, count, key, _folder.WorkFile(pool), _context, _progress);
        foreach (string failure in FailedSimulationsFile.Shown(FailedSimulationsFile.Append(_folder, pool, failures)))
        {
            _context.Note($"Failed and replaced: {failure}");
        }

        return simulated;
    }

    /// <summary>Commits the job's folder, in which the pools have been written.</summary>
    /// <param name="elapsed">How long the job took.</param>
    /// <remarks>The finished simulations of a slow simulator were kept for the case of an interruption; they are in the pools' files
    /// now.</remarks>
    public void Commit(TimeSpan elapsed) =>
        _folder.Commit(elapsed, [.. Directory.GetDirectories(_folder.WorkPath).Select(kept => Path.GetFileName(kept)!)]);

    private Simulations MakeInChunks(DataSplit split, int begin, int count, RandomKey key)
    {
        using IDisposable scope = NewDisposeScope();
        List<Tensor> thetas = [];
        Dictionary<string, List<Tensor>> parts = [];
        for (int first = begin; first < begin + count; first += Chunk)
        {
            _context.Cancel.ThrowIfCancellationRequested();
            using RandomSource random = new(key.Child(first / Chunk));
            int kept = Math.Min(Chunk, begin + count - first);
            // Parameters that are data are taken in their order and exist once only.
            Tensor theta = _task.Description.Data is IFixedSplits data
                ? data.Parameters(split, first, kept)
                : _task.SamplePrior(Chunk, random);
            Observation x = _task.Simulate(theta, random);
            thetas.Add(theta.narrow(0, 0, kept));
            foreach ((string name, Tensor part) in x.Parts)
            {
                if (!parts.TryGetValue(name, out List<Tensor>? list))
                {
                    parts[name] = list = [];
                }

                list.Add(part.narrow(0, 0, kept));
            }

            _progress.Report((double)(first - begin + kept) / count);
        }

        return new Simulations(
            cat(thetas, 0).DetachFromDisposeScope(),
            new Observation(parts.ToDictionary(p => p.Key, p => cat(p.Value, 0))).DetachFromDisposeScope());
    }
}
