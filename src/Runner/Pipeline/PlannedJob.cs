namespace Reproduce.Runner.Pipeline;

/// <summary>A job of a plan that is to be run.</summary>
/// <param name="Job">The job.</param>
/// <param name="Worker">What a process of its own is told to make the same plan.</param>
/// <param name="Label">Its name for the display.</param>
public sealed record PlannedJob(IJob Job, WorkerArguments Worker, string Label);
