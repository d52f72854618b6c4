using System.Collections.Concurrent;

namespace Reproduce.Tasks.External;

/// <summary>
/// Running simulators that wait for work. They are started when they are needed and kept, as the start of a Python takes seconds; after
/// some time without work they are ended, so that none sits in memory while networks are trained for hours.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly ExternalSettings _settings;
    private readonly IReadOnlyList<string> _parameters;
    private readonly ConcurrentBag<WorkerProcess> _waiting = [];
    private readonly Timer _end;
    private int _started;

    /// <summary>A pool without workers yet.</summary>
    /// <param name="settings">The program.</param>
    /// <param name="parameters">Names of all parameters.</param>
    public WorkerPool(ExternalSettings settings, IReadOnlyList<string> parameters)
    {
        _settings = settings;
        _parameters = parameters;
        _end = new Timer(_ => EndAll());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();
    }

    /// <summary>Processes that have been started so far.</summary>
    public int Started => _started;

    /// <summary>A worker for the caller alone, until it gives it back.</summary>
    /// <param name="cancel">Stops the waiting for its start.</param>
    /// <exception cref="ExternalSimulatorException">It cannot be started, or does not answer.</exception>
    public WorkerProcess Take(CancellationToken cancel)
    {
        _end.Change(Timeout.Infinite, Timeout.Infinite);
        if (_waiting.TryTake(out WorkerProcess? worker))
        {
            return worker;
        }

        Interlocked.Increment(ref _started);
        return new WorkerProcess(_settings, _parameters, cancel);
    }

    /// <summary>Gives a worker back that can be asked again.</summary>
    /// <param name="worker">The worker.</param>
    public void Return(WorkerProcess worker)
    {
        _waiting.Add(worker);
        _end.Change(s_idle, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Dispose();
        EndAll();
    }

    private void EndAll()
    {
        while (_waiting.TryTake(out WorkerProcess? worker))
        {
            worker.Dispose();
        }
    }
}
