using System.Diagnostics;

namespace Reproduce.Runner.Display;

/// <summary>Adds up the finished shares of weighted jobs and estimates the time left.</summary>
public sealed class StageClock
{
    private readonly Lock _lock = new();
    private readonly IReadOnlyList<DisplayJob> _jobs;
    private readonly double[] _shares;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _total;
    private double _resumed;

    /// <summary>A clock for jobs that begin now.</summary>
    /// <param name="jobs">The jobs.</param>
    public StageClock(IReadOnlyList<DisplayJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        _jobs = jobs;
        _shares = new double[jobs.Count];
        _total = jobs.Sum(j => j.Weight);
    }

    /// <summary>Time since the stage began.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Finished share of the whole stage, 0 to 1.</summary>
    public double Share
    {
        get
        {
            lock (_lock)
            {
                return _total > 0 ? _shares.Select((s, i) => s * _jobs[i].Weight).Sum() / _total : 1;
            }
        }
    }

    /// <summary>Jobs that are finished.</summary>
    public int Finished
    {
        get
        {
            lock (_lock)
            {
                return _shares.Count(s => s >= 1);
            }
        }
    }

    /// <summary>Estimated time to the end of the stage, or null before anything is known.</summary>
    public TimeSpan? Left
    {
        get
        {
            double share = Share, made = share - Volatile.Read(ref _resumed);
            return made > 0.001 ? Elapsed * ((1 - share) / made) : null;
        }
    }

    /// <summary>A job goes on from a share that an earlier run made; a job of several parts says so for each.</summary>
    /// <param name="job">Index of the job.</param>
    /// <param name="share">The share, 0 to 1.</param>
    public void Resume(int job, double share)
    {
        lock (_lock)
        {
            _resumed += (share - _shares[job]) * _jobs[job].Weight / _total;
            _shares[job] = share;
        }
    }

    /// <summary>A job has come so far; shares never go back.</summary>
    /// <param name="job">Index of the job.</param>
    /// <param name="share">Finished share, 0 to 1.</param>
    /// <returns>True when this finishes the job.</returns>
    public bool Report(int job, double share)
    {
        lock (_lock)
        {
            bool finishes = share >= 1 && _shares[job] < 1;
            _shares[job] = Math.Clamp(Math.Max(share, _shares[job]), 0, 1);
            return finishes;
        }
    }
}
