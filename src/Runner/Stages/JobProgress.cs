namespace Reproduce.Runner.Stages;

/// <summary>Where a job stands, as a share from 0 to 1; and what of it is an earlier run's work, for the time left is that of the rest.</summary>
/// <param name="report">Told the finished share.</param>
/// <param name="resume">Told a share that was there already.</param>
public sealed class JobProgress(Action<double> report, Action<double> resume) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => report(value);

    /// <summary>The job goes on from a share that an earlier run made.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    public void Resume(double share) => resume(share);

    /// <summary>The progress of a part of the job.</summary>
    /// <param name="from">Where the part begins.</param>
    /// <param name="length">How much of the job it is.</param>
    public JobProgress Part(double from, double length) => new(s => report(from + length * s), s => resume(from + length * s));
}

/// <summary>Calls back on the reporting thread; <see cref="Progress{T}"/> would post to the thread pool, out of order.</summary>
/// <param name="report">What is called.</param>
internal sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
