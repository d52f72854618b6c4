using Reproduce.Runner.Pipeline;

namespace Reproduce.Runner.Engines;

/// <summary>Jobs that one element of an array runs, one after another.</summary>
/// <param name="Label">A readable name.</param>
/// <param name="Contender">The contender of the jobs; null when they have none.</param>
/// <param name="Jobs">The jobs, in an order in which they can be run.</param>
public sealed record WorkElement(string Label, string? Contender, IReadOnlyList<IJob> Jobs);
