using System.Collections.Concurrent;
using System.Text;

namespace Reproduce.Tasks.External;

/// <summary>Reads the lines of a stream on a thread of its own; what is too long for a line is cut.</summary>
internal sealed class WorkerLines : IDisposable
{
    private const int Longest = 1 << 20;
    private const int Ahead = 256;

    private readonly BlockingCollection<string> _lines = new(Ahead);
    private readonly Thread _thread;

    /// <summary>Begins to read.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="last">
    /// Keeps only so many of the last lines, for <see cref="Last"/>; 0 to hand out every line by <see cref="TryTake"/>.
    /// </param>
    public WorkerLines(TextReader reader, int last = 0)
    {
        _thread = new Thread(() => Read(reader, last)) { IsBackground = true, Name = "lines of a worker" };
        _thread.Start();
    }

    /// <summary>The next line.</summary>
    /// <param name="timeout">How long to wait for it.</param>
    /// <param name="cancel">Stops the waiting.</param>
    /// <param name="line">The line.</param>
    /// <returns>False when there is none in time, or none any more.</returns>
    public bool TryTake(TimeSpan timeout, CancellationToken cancel, out string? line) =>
        _lines.TryTake(out line, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue), cancel);

    /// <summary>Whether the stream has ended and every line was taken.</summary>
    public bool IsOver => _lines.IsCompleted;

    /// <summary>The last lines so far.</summary>
    public IReadOnlyList<string> Last => [.. _lines];

    /// <summary>Waits until the stream has ended, so that the last lines are the last.</summary>
    /// <param name="patience">How long: what the worker has started may hold its streams open.</param>
    public void AwaitEnd(TimeSpan patience) => _thread.Join(patience);

    /// <inheritdoc/>
    /// <remarks>A thread that waits to hand out a line that nobody takes any more goes on to its end.</remarks>
    public void Dispose() => _lines.CompleteAdding();

    private void Read(TextReader reader, int last)
    {
        StringBuilder line = new();
        char[] buffer = new char[4096];
        try
        {
            for (int read = reader.Read(buffer); read > 0; read = reader.Read(buffer))
            {
                foreach (char c in buffer.AsSpan(0, read))
                {
                    if (c == '\n')
                    {
                        Add(line, last);
                    }
                    else if (line.Length < Longest && c != '\r')
                    {
                        line.Append(c);
                    }
                }
            }

            if (line.Length > 0)
            {
                Add(line, last);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The worker has been ended.
        }

        _lines.CompleteAdding();
    }

    private void Add(StringBuilder line, int last)
    {
        while (last > 0 && _lines.Count >= last)
        {
            _lines.TryTake(out _);
        }

        _lines.Add(line.ToString());
        line.Clear();
    }
}
