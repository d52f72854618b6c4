namespace Reproduce.Runner.Display;

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

    /// <summary>A job has ended without a result; what it had not made says nothing about the speed either.</summary>
    /// <param name="job">Index of the job.</param>
    void Fail(int job);
}
