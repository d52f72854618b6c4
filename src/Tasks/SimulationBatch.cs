using Reproduce.Compute;

namespace Reproduce.Tasks;

/// <summary>The simulations of a batch.</summary>
/// <param name="X">Observations with a batch axis of B; the rows of failed simulations are NaN.</param>
/// <param name="Failures">The failed ones, by row.</param>
public sealed record SimulationBatch(Observation X, IReadOnlyList<FailedSimulation> Failures);
