using System.Diagnostics;

namespace Reproduce.Runner.Display;

/// <summary>Adds up the finished shares of weighted jobs and estimates the time left.</summary>
/// <remarks>
/// Weights of jobs of different kin compare badly (a network pass of one contender takes twice as long as one of another), so the time
/// of a unit is measured for each kin, and taken from the others' mean only until its first job has come somewhere.
/// </remarks>
public sealed class StageClock
{
    // Below so small a share of its work a job's speed is that of its start-up.
    private const double Telling = 0.001;

    private readonly Lock _lock = new();
    private readonly IReadOnlyList<DisplayJob> _jobs;
    private readonly Func<TimeSpan> _now;
    private readonly double[] _shares;
    private readonly double[] _resumed;
    private readonly TimeSpan?[] _starts;
    private readonly TimeSpan[] _ends;
    // When places became free that nobody has taken yet; a job begins in the place of one that has ended.
    private readonly Queue<TimeSpan> _free = new();

    /// <summary>A clock for jobs that begin now.</summary>
    /// <param name="jobs">The jobs.</param>
    public StageClock(IReadOnlyList<DisplayJob> jobs) : this(jobs, Clock())
    {
    }

    /// <summary>A clock with a time of its own, for tests.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="now">Time since the stage began.</param>
    internal StageClock(IReadOnlyList<DisplayJob> jobs, Func<TimeSpan> now)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        _jobs = jobs;
        _now = now;
        _shares = new double[jobs.Count];
        _resumed = new double[jobs.Count];
        _starts = new TimeSpan?[jobs.Count];
        _ends = new TimeSpan[jobs.Count];
    }

    /// <summary>Time since the stage began.</summary>
    public TimeSpan Elapsed => _now();

    /// <summary>Finished share of the whole stage, 0 to 1.</summary>
    public double Share
    {
        get
        {
            lock (_lock)
            {
                double total = _jobs.Sum(j => j.Weight);
                return total > 0 ? _shares.Select((s, i) => s * _jobs[i].Weight).Sum() / total : 1;
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
            lock (_lock)
            {
                TimeSpan now = _now();
                int[] all = [.. Enumerable.Range(0, _jobs.Count)];
                int[] telling = [.. all.Where(i => _shares[i] - _resumed[i] > Telling)];
                if (telling.Length == 0)
                {
                    return null;
                }

                ILookup<string, int> kin = telling.ToLookup(i => _jobs[i].Kin);
                double mean = SecondsPerUnit(telling, now);
                double[] left =
                [
                    .. all.Select(i => (1 - _shares[i]) * _jobs[i].Weight
                        * (kin.Contains(_jobs[i].Kin) ? SecondsPerUnit(kin[_jobs[i].Kin], now) : mean)),
                ];
                int atOnce = Math.Max(1, all.Count(i => _starts[i] is not null && _shares[i] < 1));
                return TimeSpan.FromSeconds(Math.Max(left.Max(), left.Sum() / atOnce));
            }
        }
    }

    /// <summary>A job goes on from a share that an earlier run made; a job of several parts says so for each.</summary>
    /// <param name="job">Index of the job.</param>
    /// <param name="share">The share, 0 to 1.</param>
    public void Resume(int job, double share)
    {
        lock (_lock)
        {
            Start(job);
            _resumed[job] += share - _shares[job];
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
            Start(job);
            bool finishes = share >= 1 && _shares[job] < 1;
            _shares[job] = Math.Clamp(Math.Max(share, _shares[job]), 0, 1);
            if (finishes)
            {
                _ends[job] = _now();
                _free.Enqueue(_ends[job]);
            }

            return finishes;
        }
    }

    /// <summary>A job has ended without a result: nothing of it is left, and what it had not made was not made in its time.</summary>
    /// <param name="job">Index of the job.</param>
    public void Fail(int job)
    {
        lock (_lock)
        {
            Resume(job, 1);
            _ends[job] = _now();
            _free.Enqueue(_ends[job]);
        }
    }

    private static Func<TimeSpan> Clock()
    {
        Stopwatch clock = Stopwatch.StartNew();
        return () => clock.Elapsed;
    }

    private void Start(int job) => _starts[job] ??= _free.TryDequeue(out TimeSpan freed) ? freed : TimeSpan.Zero;

    private double SecondsPerUnit(IEnumerable<int> jobs, TimeSpan now)
    {
        double seconds = 0, made = 0;
        foreach (int i in jobs)
        {
            seconds += ((_shares[i] < 1 ? now : _ends[i]) - _starts[i]!.Value).TotalSeconds;
            made += (_shares[i] - _resumed[i]) * _jobs[i].Weight;
        }

        return seconds / made;
    }
}
