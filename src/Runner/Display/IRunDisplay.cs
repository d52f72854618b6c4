namespace Reproduce.Runner.Display;

/// <summary>Runs stages under a progress display.</summary>
public interface IRunDisplay
{
    /// <summary>Shows the jobs of a stage while <paramref name="work"/> runs.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="jobs">Its jobs.</param>
    /// <param name="work">The work; reports through the display it is given.</param>
    void RunStage(string stage, IReadOnlyList<DisplayJob> jobs, Action<IStageDisplay> work);
}
