using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose simulations are slow and may fail: many are run at once, can be interrupted, and go on where they ended.</summary>
public interface IBatchSimulator : ITask
{
    /// <summary>Runs the simulator once per row.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="key">Row i takes its random numbers from a stream of its own below this one, whatever B is.</param>
    /// <param name="request">How.</param>
    /// <returns>All rows; those that failed are named and hold no numbers.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; what was finished is in the folder.</exception>
    SimulationBatch SimulateBatch(Tensor theta, RandomKey key, BatchRequest request);
}

/// <summary>How a batch of simulations is run; nothing here changes the result.</summary>
/// <param name="Folder">Where finished simulations are kept until all are done; null to keep none.</param>
/// <param name="Workers">Simulations at once.</param>
/// <param name="Progress">Told the number of finished simulations.</param>
/// <param name="Cancel">Stops the batch.</param>
public sealed record BatchRequest(string? Folder, int Workers, Action<int>? Progress, CancellationToken Cancel);

/// <summary>A simulation without a result.</summary>
/// <param name="Row">Its row in the batch.</param>
/// <param name="Reason">What went wrong, with its parameters.</param>
public sealed record FailedSimulation(long Row, string Reason);

/// <summary>The simulations of a batch.</summary>
/// <param name="X">Observations with a batch axis of B; the rows of failed simulations are NaN.</param>
/// <param name="Failures">The failed ones, by row.</param>
public sealed record SimulationBatch(Observation X, IReadOnlyList<FailedSimulation> Failures);
