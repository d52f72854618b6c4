namespace Reproduce.Runner.Display;

/// <summary>One job of a stage, for a progress display.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Weight">Its share of the stage's work, in any unit.</param>
public sealed record DisplayJob(string Label, double Weight);

/// <summary>Shows how far the jobs of a stage are. Methods may be called from any thread.</summary>
public interface IStageDisplay
{
    /// <summary>A job goes on from a share that an earlier run made, which says nothing about this run's speed.</summary>
    /// <param name="job">Index of the job.</param>
    /// <param name="share">The share, 0 to 1.</param>
    void Resume(int job, double share);

    /// <summary>A job has come so far.</summary>
    /// <param name="job">Index of the job.</param>
    /// <param name="share">Finished share, 0 to 1.</param>
    /// <param name="note">A few words behind the bar, such as the loss; null to leave them.</param>
    void Report(int job, double share, string? note = null);
}

/// <summary>Runs stages under a progress display.</summary>
public interface IRunDisplay
{
    /// <summary>Shows the jobs of a stage while <paramref name="work"/> runs.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="jobs">Its jobs.</param>
    /// <param name="work">The work; reports through the display it is given.</param>
    void RunStage(string stage, IReadOnlyList<DisplayJob> jobs, Action<IStageDisplay> work);
}
