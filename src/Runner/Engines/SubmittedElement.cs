namespace Reproduce.Runner.Engines;

/// <summary>A line of a submission's list of jobs.</summary>
/// <param name="Array">Name of the array.</param>
/// <param name="Index">Index of the element.</param>
/// <param name="Hashes">Hashes of its jobs.</param>
public sealed record SubmittedElement(string Array, int Index, IReadOnlyList<string> Hashes);
