namespace Reproduce.Tasks.External;

/// <summary>A thread's worker, in whose place comes a new one when it has died.</summary>
/// <param name="pool">Where workers come from.</param>
/// <param name="cancel">Stops the waiting for one.</param>
internal sealed class WorkerHandle(WorkerPool pool, CancellationToken cancel)
{
    private WorkerProcess? _process;
    private int _ignoredBefore;
    private int _ignored;

    /// <summary>Stops the waiting.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>The worker.</summary>
    /// <exception cref="ExternalSimulatorException">It cannot be started, or does not answer.</exception>
    public WorkerProcess Process
    {
        get
        {
            if (_process is null)
            {
                _process = pool.Take(cancel);
                _ignoredBefore = _process.Ignored;
            }

            return _process;
        }
    }

    /// <summary>Lines that were no answers, since the thread has its workers.</summary>
    public int Ignored => _ignored + (_process is null ? 0 : _process.Ignored - _ignoredBefore);

    /// <summary>One of them.</summary>
    public string? FirstIgnored { get; private set; }

    /// <summary>Gives the worker back.</summary>
    public void Return()
    {
        if (Forget() is WorkerProcess process)
        {
            pool.Return(process);
        }
    }

    /// <summary>Ends the worker.</summary>
    public void Kill() => Forget()?.Kill();

    private WorkerProcess? Forget()
    {
        if (_process is not WorkerProcess process)
        {
            return null;
        }

        _ignored = Ignored;
        FirstIgnored ??= process.FirstIgnored;
        _process = null;
        return process;
    }
}
