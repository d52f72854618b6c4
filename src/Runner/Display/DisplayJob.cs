namespace Reproduce.Runner.Display;

/// <summary>One job of a stage, for a progress display.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Weight">Its share of the stage's work, in any unit.</param>
/// <param name="Kin">Jobs of a name take about the same time for a unit of their weights; those of other names may take another.</param>
public sealed record DisplayJob(string Label, double Weight, string Kin = "");
