using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>The exact posterior of a simulator that can draw from it.</summary>
/// <param name="task">The task.</param>
internal sealed class ExternalReference(ExternalTask task) : IReferencePosterior
{
    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">There are no such draws.</exception>
    public Tensor Sample(Observation x, int draws, RandomKey key)
    {
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> sets = [];
        for (long j = 0; j < x.Count; j++)
        {
            Dictionary<string, Tensor> given = x.Narrow(j, 1).Parts.ToDictionary(p => p.Key, p => p.Value.to(ScalarType.Float64));
            Dictionary<string, Tensor> arrays = task.Ask("reference", key.Child(j), given, draws, draws);
            sets.Add(ExternalTask.Only(arrays, "theta", [draws, task.ParameterNames.Count]));
        }

        return stack(sets, 0).MoveToOuterDisposeScope();
    }
}
