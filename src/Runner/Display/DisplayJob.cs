namespace Reproduce.Runner.Display;

/// <summary>One job of a stage, for a progress display.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Weight">Its share of the stage's work, in any unit.</param>
public sealed record DisplayJob(string Label, double Weight);
