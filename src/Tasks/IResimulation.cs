using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Tasks;

/// <summary>A task whose simulator is deterministic, so that a draw can be judged by running it.</summary>
public interface IResimulation
{
    /// <summary>Distance between the simulation of each draw and the observation it was drawn for.</summary>
    /// <param name="theta">[J, S, D].</param>
    /// <param name="x">J data sets.</param>
    /// <returns>[J, S].</returns>
    Tensor ResimulationError(Tensor theta, Observation x);
}
