using System.Runtime.InteropServices;

namespace Reproduce.Runner.CommandLine;

/// <summary>
/// Turns Ctrl-C, termination signals and the closing of the terminal into a cancellation. A second Ctrl-C ends the process at once; further
/// termination signals do not, for batch systems send several while what is worth keeping is being written.
/// </summary>
public sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);
    private readonly CancellationTokenSource _source = new();
    private readonly ManualResetEventSlim _isOver = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens from now on.</summary>
    /// <param name="notify">Called once, at the first signal.</param>
    public Interruption(Action? notify = null)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Handle(c, ExitCodes.Interrupted, notify)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Handle(c, ExitCodes.Terminated, notify)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => HandleClosing(c, notify)),
        ];
    }

    /// <summary>The exit code that belongs to the signal that has stopped this process; null when none has.</summary>
    public static int? Received { get; private set; }

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that belongs to the signal.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Interrupted;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver.Set();
        Array.ForEach(_registrations, r => r.Dispose());
        _source.Dispose();
    }

    // Windows ends the process when the handler comes back, or after five seconds: checkpoints are written meanwhile.
    private void HandleClosing(PosixSignalContext context, Action? notify)
    {
        Handle(context, ExitCodes.Terminated, notify);
        if (OperatingSystem.IsWindows())
        {
            _isOver.Wait(s_grace);
        }
    }

    private void Handle(PosixSignalContext context, int exitCode, Action? notify)
    {
        if (_source.IsCancellationRequested)
        {
            // Not cancelled a second time: the runtime's default, the end of the process.
            context.Cancel = context.Signal == PosixSignal.SIGTERM;
            return;
        }

        context.Cancel = true;
        Received = ExitCode = exitCode;
        notify?.Invoke();
        _source.Cancel();
    }
}
