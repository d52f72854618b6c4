using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose simulations are slow and may fail: many are run at once, can be interrupted, and go on where they ended.</summary>
public interface IBatchSimulator : ITask
{
    /// <summary>Rows that are simulated together: those of a chunk depend on how many there are, so only whole ones are kept.</summary>
    int Chunk => 1;

    /// <summary>Simulations at once.</summary>
    /// <param name="workers">How many the machine has room for.</param>
    int WorkersAt(int workers) => workers;

    /// <summary>Runs the simulator once per row.</summary>
    /// <param name="theta">[B, D].</param>
    /// <param name="key">
    /// Chunk i, which is row i where a chunk has one row, takes its random numbers from a stream of its own below this one, whatever B is;
    /// chunks are counted from the beginning of the larger batch of which these rows may be a part (<see cref="BatchRequest.First"/>).
    /// </param>
    /// <param name="request">How.</param>
    /// <returns>All rows; those that failed are named and hold no numbers.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; what was finished is in the folder.</exception>
    SimulationBatch SimulateBatch(Tensor theta, RandomKey key, BatchRequest request);
}
