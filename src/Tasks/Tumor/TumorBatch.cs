using System.Diagnostics;
using Reproduce.Compute;

namespace Reproduce.Tasks.Tumor;

/// <summary>
/// Runs many tumour simulations on all cores; finished ones are on disk as they come, failures lose nothing but themselves.
/// </summary>
/// <remarks>
/// Simulation i takes its random numbers from key.Child(i), counted from <see cref="TumorBatchSettings.First"/>: the result depends on
/// neither chunk size nor number of workers nor on how often the batch was interrupted. Failed simulations are not remembered as results;
/// running the batch again tries them again.
/// </remarks>
public sealed class TumorBatch
{
    private readonly TumorParameters[] _parameters;
    private readonly RandomKey _key;
    private readonly TumorBatchSettings _options;
    private readonly Action<TumorBatchProgress>? _progress;
    private readonly float[] _rows;
    private readonly int _rowLength;
    private readonly List<TumorFailure> _failures = [];
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = new();
    private int _nextChunk;
    private int _done;
    private int _simulated;

    private TumorBatch(TumorParameters[] parameters, RandomKey key, TumorBatchSettings settings, Action<TumorBatchProgress>? progress)
    {
        _parameters = parameters;
        _key = key;
        _options = settings;
        _progress = progress;
        _rowLength = TumorBatchResult.RowLength(settings.Bins);
        _rows = new float[(long)parameters.Length * _rowLength];
    }

    /// <summary>Runs a batch, or what is left of it.</summary>
    /// <param name="parameters">One simulation each.</param>
    /// <param name="key">Stream of the batch.</param>
    /// <param name="settings">Folder, workers, limits.</param>
    /// <param name="progress">Called after every chunk, by one worker at a time.</param>
    /// <param name="cancellation">Stops within a fraction of a second; chunks that are done stay on disk.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="InvalidDataException">The folder holds simulations of another batch.</exception>
    public static TumorBatchResult Run(
        IEnumerable<TumorParameters> parameters,
        RandomKey key,
        TumorBatchSettings? settings = null,
        Action<TumorBatchProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        settings ??= new TumorBatchSettings();
        settings.Validate();
        return new TumorBatch(parameters.ToArray(), key, settings, progress).Run(cancellation);
    }

    private TumorBatchResult Run(CancellationToken cancellation)
    {
        if (_options.Folder is not null)
        {
            Directory.CreateDirectory(_options.Folder);
        }

        _clock.Start();
        TumorLattice lattice = TumorLattice.Standard;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var workers = new Task[Math.Min(_options.Workers, Math.Max(1, ChunkCount))];
        for (int w = 0; w < workers.Length; w++)
        {
            workers[w] = Task.Factory.StartNew(
                () => Work(lattice, stop),
                stop.Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        }

        try
        {
            Task.WaitAll(workers, CancellationToken.None);
        }
        catch (AggregateException e)
        {
            // The first worker that fails stops the others, whose cancellations are then no news.
            cancellation.ThrowIfCancellationRequested();
            Exception cause = e.Flatten().InnerExceptions.FirstOrDefault(i => i is not OperationCanceledException) ?? e;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }

        TumorFailure[] failures = [.. _failures.OrderBy(f => f.Index)];
        return new TumorBatchResult(_rows, _parameters.Length, _options.Bins, failures);
    }

    private int ChunkCount => (_parameters.Length + _options.ChunkSize - 1) / _options.ChunkSize;

    private void Work(TumorLattice lattice, CancellationTokenSource stop)
    {
        try
        {
            var simulator = new TumorSimulator(lattice, _options.Bins, _options.EventLimit);
            var output = new TumorOutput(_options.Bins);
            int chunk;
            while ((chunk = Interlocked.Increment(ref _nextChunk) - 1) < ChunkCount)
            {
                stop.Token.ThrowIfCancellationRequested();
                int first = chunk * _options.ChunkSize;
                RunChunk(first, Math.Min(_options.ChunkSize, _parameters.Length - first), simulator, output, stop.Token);
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private void RunChunk(int first, int count, TumorSimulator simulator, TumorOutput output, CancellationToken stop)
    {
        Span<float> rows = _rows.AsSpan(first * _rowLength, count * _rowLength);
        string? path = _options.Folder is null ? null : TumorChunkFile.PathOf(_options.Folder, _options.First + first, count);
        byte[] identity = TumorChunkFile.Identity(_key, _options.First + first, _parameters.AsSpan(first, count), _options.Bins);
        ChunkState state = path is null ? ChunkState.Missing : TumorChunkFile.Read(path, identity, rows);
        if (state == ChunkState.Foreign)
        {
            throw new InvalidDataException(
                $"{path}: holds simulations of another batch (other parameters, seed or simulator version); choose another folder, or "
                    + $"delete this one."
            );
        }

        var failures = new List<TumorFailure>();
        int simulated = 0;
        for (int i = 0; i < count; i++)
        {
            Span<float> row = rows.Slice(i * _rowLength, _rowLength);
            if (state == ChunkState.Missing || float.IsNaN(row[0]))
            {
                simulated++;
                if (Simulate(first + i, simulator, output, row, stop) is { } failure)
                {
                    failures.Add(failure);
                }
            }
        }

        if (path is not null && simulated > 0)
        {
            TumorChunkFile.Write(path, identity, rows);
        }

        Report(count, simulated, failures);
    }

    private TumorFailure? Simulate(int index, TumorSimulator simulator, TumorOutput output, Span<float> row, CancellationToken stop)
    {
        try
        {
            simulator.Run(_parameters[index], _key.Child(_options.First + index), output, stop);
            Copy(output.Growth, row);
            Copy(output.Proliferation, row[TumorOutput.GrowthPoints..]);
            Copy(output.Ecm, row[(TumorOutput.GrowthPoints + _options.Bins)..]);
            return null;
        }
#pragma warning disable CA1031 // Whatever a simulation does, the batch goes on; the failure carries all that is needed to see it again.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            row.Fill(float.NaN);
            return new TumorFailure(_options.First + index, _parameters[index], e.Message);
        }
    }

    private void Report(int count, int simulated, List<TumorFailure> failures)
    {
        lock (_lock)
        {
            _failures.AddRange(failures);
            _done += count;
            _simulated += simulated;
            TimeSpan elapsed = _clock.Elapsed;
            TimeSpan? left = _simulated == 0 ? null : elapsed * ((double)(_parameters.Length - _done) / _simulated);
            _progress?.Invoke(new TumorBatchProgress(_done, _parameters.Length, _failures.Count, elapsed, left));
        }
    }

    private static void Copy(double[] from, Span<float> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = (float)from[i];
        }
    }
}
