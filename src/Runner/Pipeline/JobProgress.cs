namespace Reproduce.Runner.Pipeline;

/// <summary>
/// Where a job stands, as a share from 0 to 1; and what of it is an earlier run's work, for the time left is that of the rest.
/// </summary>
/// <param name="report">Told the finished share, and a few words such as the loss, or null.</param>
/// <param name="resume">Told a share that was there already.</param>
public sealed class JobProgress(Action<double, string?> report, Action<double> resume) : IProgress<double>
{
    /// <summary>Tells nobody.</summary>
    public static JobProgress None { get; } = new((_, _) => { }, _ => { });

    /// <inheritdoc/>
    public void Report(double value) => report(value, null);

    /// <summary>The job has come so far.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="note">A few words behind it.</param>
    public void Report(double share, string note) => report(share, note);

    /// <summary>The job goes on from a share that an earlier run made.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    public void Resume(double share) => resume(share);

    /// <summary>The same progress, of which somebody else is told too.</summary>
    /// <param name="watcher">Told the finished share, and how much of it is an earlier run's work.</param>
    public JobProgress Watched(Action<double, double> watcher)
    {
        ArgumentNullException.ThrowIfNull(watcher);
        double done = 0, resumed = 0;
        return new JobProgress(
            (share, note) =>
            {
                done = share;
                watcher(done, resumed);
                report(share, note);
            },
            share =>
            {
                // A job of several parts says so for each.
                resumed += share - done;
                done = share;
                resume(share);
            });
    }

    /// <summary>The progress of a part of the job.</summary>
    /// <param name="from">Where the part begins.</param>
    /// <param name="length">How much of the job it is.</param>
    public JobProgress Part(double from, double length) =>
        new((s, note) => report(from + length * s, note), s => resume(from + length * s));
}

/// <summary>Calls back on the reporting thread; <see cref="Progress{T}"/> would post to the thread pool, out of order.</summary>
/// <param name="report">What is called.</param>
internal sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
