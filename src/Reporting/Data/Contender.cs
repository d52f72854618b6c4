namespace Reproduce.Reporting;

/// <summary>A contender as an experiment or a table of measurements names it.</summary>
/// <param name="Name">Its own name, which is free.</param>
/// <param name="Method">Name of its kind, such as "cmpe".</param>
/// <param name="Network">Name of its free-form network's kind, such as "u-net"; empty for a kind without one.</param>
/// <param name="Label">What the experiment calls it for readers; null to make a label of kind and network.</param>
public sealed record Contender(string Name, string Method, string Network, string? Label = null);
