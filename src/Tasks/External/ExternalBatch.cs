using System.Globalization;
using System.Runtime.ExceptionServices;
using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>A batch of simulations on several workers, chunk by chunk; finished chunks are on disk as they come.</summary>
/// <remarks>
/// A chunk that ends in a crash or without an answer is tried again, on a new worker with the same seed; when that does not help, or the
/// simulator refuses it, its simulations are asked for one by one, each with a seed of its own, and those that fail are named.
/// </remarks>
internal sealed class ExternalBatch : IDisposable
{
    // So many simulations have to fail one after the other before anything has worked, to say that the simulator does not.
    // A part of a larger batch leaves it to the first part: of many parts, one may well begin with ten failures.
    private const int Hopeless = 10, HopelessPart = 200;

    private readonly WorkerPool _pool;
    private readonly ExternalSettings _settings;
    private readonly IReadOnlyList<string> _names;
    private readonly Tensor _theta;
    private readonly RandomKey _key;
    private readonly BatchRequest _request;
    private readonly int _count;
    private readonly int _hopeless;
    private readonly Dictionary<string, Tensor>?[] _chunks;
    private readonly List<FailedSimulation> _failures = [];
    private readonly SortedDictionary<string, (int Count, string First)> _events = [];
    private readonly Lock _lock = new();
    private Dictionary<string, long[]>? _shapes;
    private int _next;
    private int _done;
    private int _failedBefore;
    private int _ignored;
    private string? _firstIgnored;
    private ExternalSimulatorException? _nothingWorks;

    /// <summary>A batch that has not begun.</summary>
    /// <param name="pool">The workers.</param>
    /// <param name="settings">How they are asked.</param>
    /// <param name="names">Names of the columns of theta.</param>
    /// <param name="theta">float64, [B, all], on the CPU, which stays the caller's.</param>
    /// <param name="key">Chunk c, of the larger batch if there is one, takes its random numbers from key.Child(c).</param>
    /// <param name="request">How it is run.</param>
    public ExternalBatch(
        WorkerPool pool, ExternalSettings settings, IReadOnlyList<string> names, Tensor theta, RandomKey key, BatchRequest request)
    {
        (_pool, _settings, _names, _theta, _key, _request) = (pool, settings, names, theta, key, request);
        _count = (int)theta.shape[0];
        _hopeless = request.MayFail ? int.MaxValue : request.First == 0 ? Hopeless : HopelessPart;
        _chunks = new Dictionary<string, Tensor>?[(_count + settings.Chunk - 1) / settings.Chunk];
        if (request.Folder is not null)
        {
            Directory.CreateDirectory(request.Folder);
        }
    }

    /// <summary>Runs it.</summary>
    /// <param name="workers">Workers at once.</param>
    /// <exception cref="ExternalSimulatorException">The program does not start, or nothing that it is asked for works.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SimulationBatch Run(int workers)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(_request.Cancel);
        List<Exception> errors = [];
        Thread[] threads =
        [
            .. Enumerable.Range(0, Math.Min(workers, _chunks.Length)).Select(w => new Thread(() => Work(stop, errors))
            {
                IsBackground = true,
                Name = $"simulations {w}",
            }),
        ];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        _request.Cancel.ThrowIfCancellationRequested();
        if (errors.FirstOrDefault(e => e is not OperationCanceledException) is Exception error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        Tell();
        return new SimulationBatch(Observed(), [.. _failures.OrderBy(f => f.Row)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor array in _chunks.OfType<Dictionary<string, Tensor>>().SelectMany(c => c.Values))
        {
            array.Dispose();
        }
    }

    private void Work(CancellationTokenSource stop, List<Exception> errors)
    {
        WorkerHandle worker = new(_pool, stop.Token);
        try
        {
            for (int chunk; (chunk = Interlocked.Increment(ref _next) - 1) < _chunks.Length;)
            {
                stop.Token.ThrowIfCancellationRequested();
                Run(worker, chunk);
            }

            worker.Return();
        }
#pragma warning disable CA1031 // Whatever it is, it ends the other threads too and is thrown where they are waited for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            stop.Cancel();
            worker.Kill();
            lock (_lock)
            {
                errors.Add(e);
            }
        }
        finally
        {
            lock (_lock)
            {
                _ignored += worker.Ignored;
                _firstIgnored ??= worker.FirstIgnored;
            }
        }
    }

    private void Run(WorkerHandle worker, int chunk)
    {
        int first = chunk * _settings.Chunk, rows = Math.Min(_settings.Chunk, _count - first);
        ExternalChunkFile? file = _request.Folder is null ? null : new ExternalChunkFile(_request.Folder, chunk);
        using Tensor theta = _theta.narrow(0, first, rows);
        List<(int Row, string Reason)> failed = [];
        Dictionary<string, Tensor>? arrays = file?.Read(theta, failed);
        if (arrays is null)
        {
            arrays = Simulate(worker, theta, _key.Child(_request.First / _settings.Chunk + chunk), failed);
            file?.Write(theta, arrays, failed);
        }

        lock (_lock)
        {
            _shapes ??= arrays.Count > 0 ? ShapesOf(arrays) : null;
            _chunks[chunk] = arrays;
            _failures.AddRange(failed.Select(f => new FailedSimulation(first + f.Row, Describe(theta, f.Row, f.Reason))));
            _done += rows;
            _request.Progress?.Invoke(_done);
        }
    }

    // The rows of a chunk; those that failed are NaN and named.
    private Dictionary<string, Tensor> Simulate(WorkerHandle worker, Tensor theta, RandomKey key, List<(int Row, string Reason)> failed)
    {
        int rows = (int)theta.shape[0];
        WorkerFailureException? problem = null;
        for (int attempt = 0; attempt < _settings.Attempts && problem?.IsAlive != true; attempt++)
        {
            try
            {
                return Ask(worker, theta, key, failed);
            }
            catch (WorkerFailureException e)
            {
                problem = e;
                Count(e, worker);
            }
        }

        if (rows == 1)
        {
            failed.Add((0, problem!.Message));
            return Failed(problem.Message);
        }

        List<Dictionary<string, Tensor>> singles = [];
        for (int row = 0; row < rows; row++)
        {
            using Tensor one = theta.narrow(0, row, 1);
            List<(int Row, string Reason)> ofOne = [];
            singles.Add(Simulate(worker, one, key.Child("alone").Child(row), ofOne));
            failed.AddRange(ofOne.Select(f => (row, f.Reason)));
        }

        return Joined(singles);
    }

    private Dictionary<string, Tensor> Ask(WorkerHandle worker, Tensor theta, RandomKey key, List<(int Row, string Reason)> failed)
    {
        int rows = (int)theta.shape[0];
        (Dictionary<string, Tensor> arrays, List<(int Row, string Reason)> told) = WorkerExchange.Ask(
            worker.Process, "simulate", key, new Dictionary<string, Tensor> { ["theta"] = theta }, rows, worker.Cancel);
        told.AddRange(Settle(arrays));
        CheckShapes(arrays);
        SortedDictionary<int, string> reasons = new(told.GroupBy(f => f.Row).ToDictionary(g => g.Key, g => g.First().Reason));
        foreach ((string name, Tensor array) in arrays)
        {
            foreach (long row in FiniteRows.Others(array))
            {
                reasons.TryAdd((int)row, $"NaN or infinity in '{name}'");
            }
        }

        foreach ((int row, string reason) in reasons)
        {
            failed.Add((row, reason));
            foreach (Tensor array in arrays.Values)
            {
                using Tensor part = array.narrow(0, row, 1);
                part.fill_(float.NaN);
            }
        }

        lock (_lock)
        {
            if (reasons.Count < rows)
            {
                _failedBefore = int.MinValue;
            }
            else if (_failedBefore >= 0 && (_failedBefore += rows) >= _hopeless)
            {
                throw NothingWorks(reasons.Values.First());
            }
        }

        return arrays;
    }

    // Sets of varying size: nothing behind their members; rows whose number of members cannot be have failed.
    private List<(int Row, string Reason)> Settle(Dictionary<string, Tensor> arrays)
    {
        List<(int Row, string Reason)> wrong = [];
        try
        {
            foreach (SetSettings set in _settings.Sets)
            {
                wrong.AddRange(ObservedSets.Settle(arrays, set.Name).Select(f => ((int)f.Row, f.Reason)));
                if (arrays[set.Name].shape[1] != set.Max)
                {
                    throw new InvalidDataException(
                        $"expected '{set.Name}' with room for {set.Max} members as the settings say, got {arrays[set.Name].shape[1]}");
                }
            }
        }
        catch (InvalidDataException e)
        {
            foreach (Tensor array in arrays.Values)
            {
                array.Dispose();
            }

            throw new WorkerFailureException("a wrong answer", $"a wrong answer: {e.Message}", isAlive: true);
        }

        return wrong;
    }

    // The first answer says what an observation is.
    private void CheckShapes(Dictionary<string, Tensor> arrays)
    {
        Dictionary<string, long[]> shapes = ShapesOf(arrays);
        string found = Describe(shapes), expected;
        lock (_lock)
        {
            expected = Describe(_shapes ??= shapes);
        }

        if (found != expected)
        {
            foreach (Tensor array in arrays.Values)
            {
                array.Dispose();
            }

            throw new WorkerFailureException(
                "other shapes", $"expected arrays of the same shapes for every simulation, got {found} after {expected}", isAlive: true);
        }
    }

    private static Dictionary<string, long[]> ShapesOf(Dictionary<string, Tensor> arrays) =>
        arrays.ToDictionary(a => a.Key, a => a.Value.shape[1..]);

    private static string Describe(Dictionary<string, long[]> shapes) =>
        string.Join(", ", shapes.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} [{string.Join(", ", s.Value)}]"));

    private string Describe(Tensor theta, int row, string reason)
    {
        double[] values = theta.data<double>().ToArray();
        IEnumerable<string> parameters = _names.Select((name, d) =>
            string.Create(CultureInfo.InvariantCulture, $"{name} = {values[row * _names.Count + d]:G6}"));
        return $"{string.Join(", ", parameters)}: {reason}";
    }

    // A row of NaN in the shapes of the others; before there is any, nothing is known of them.
    private Dictionary<string, Tensor> Failed(string reason)
    {
        lock (_lock)
        {
            if (_failedBefore >= 0 && ++_failedBefore >= _hopeless)
            {
                throw NothingWorks(reason);
            }

            return (_shapes ?? []).ToDictionary(s => s.Key, s => full([1, .. s.Value], float.NaN));
        }
    }

    // Said once: another worker may fail on before it is stopped.
    private ExternalSimulatorException NothingWorks(string reason) => _nothingWorks ??= new ExternalSimulatorException(
        $"the simulator '{string.Join(' ', _settings.Command)}' failed for the first {_failedBefore} parameters that it was given: "
            + reason);

    // A chunk in which all rows failed before any shape was known has no arrays yet.
    private static Dictionary<string, Tensor> Joined(List<Dictionary<string, Tensor>> rows)
    {
        Dictionary<string, Tensor> example = rows.FirstOrDefault(r => r.Count > 0) ?? [];
        Dictionary<string, Tensor> joined = [];
        foreach ((string name, Tensor one) in example)
        {
            using DisposeScope scope = NewDisposeScope();
            joined[name] = cat([.. rows.Select(r => r.GetValueOrDefault(name) ?? full_like(one, float.NaN))], 0).DetachFromDisposeScope();
        }

        foreach (Tensor array in rows.SelectMany(r => r.Values))
        {
            array.Dispose();
        }

        return joined;
    }

    private Observation? Observed()
    {
        if (_shapes is null or { Count: 0 })
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        return new Observation(_shapes.ToDictionary(
            s => s.Key,
            s => cat(
                [
                    .. _chunks.Select((c, i) => c!.GetValueOrDefault(s.Key)
                        ?? full([Math.Min(_settings.Chunk, _count - i * _settings.Chunk), .. s.Value], float.NaN)),
                ],
                0).MoveToOuterDisposeScope()));
    }

    private void Count(WorkerFailureException e, WorkerHandle worker)
    {
        lock (_lock)
        {
            _events.TryGetValue(e.Kind, out (int Count, string First) before);
            _events[e.Kind] = (before.Count + 1, before.First ?? e.Message);
        }

        if (!e.IsAlive)
        {
            worker.Kill();
        }
    }

    private void Tell()
    {
        foreach ((string kind, (int count, string first)) in _events)
        {
            _request.Note?.Invoke(
                $"The simulator: {count} requests ended with {kind} and were made again, whole or row by row; the first: {first}");
        }

        if (_ignored > 0)
        {
            _request.Note?.Invoke(
                $"The simulator wrote {_ignored} lines to its standard output that are no answers, such as: {_firstIgnored}");
        }
    }
}
