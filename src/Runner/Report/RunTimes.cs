namespace Reproduce.Runner.Report;

/// <summary>Wall times of a run, since it was last started.</summary>
/// <param name="Elapsed">Of the whole run.</param>
/// <param name="Stages">Of each stage that had something to do, in order.</param>
public sealed record RunTimes(TimeSpan Elapsed, IReadOnlyList<(string Stage, TimeSpan Time)> Stages);
