using Reproduce.Compute;

namespace Reproduce.Tasks;

/// <summary>The simulations of a batch.</summary>
/// <param name="Observed">
/// Observations with a batch axis of B; the rows of failed simulations are NaN. Null when all failed and nobody knows what an observation
/// looks like.
/// </param>
/// <param name="Failures">The failed ones, by row.</param>
public sealed record SimulationBatch(Observation? Observed, IReadOnlyList<FailedSimulation> Failures)
{
    /// <summary>The observations.</summary>
    /// <exception cref="InvalidOperationException">All failed, and nobody knows what an observation looks like.</exception>
    public Observation X => Observed
        ?? throw new InvalidOperationException(
            $"no simulation has succeeded: {(Failures.Count > 0 ? Failures[0].Reason : "none was asked for")}");
}
