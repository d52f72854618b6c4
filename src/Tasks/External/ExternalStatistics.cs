using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Tasks.External;

/// <summary>Statistics that the simulator's program computes.</summary>
/// <param name="task">The task.</param>
internal sealed class ExternalStatistics(ExternalTask task) : IOwnStatistics
{
    private const string Verb = "statistics";

    private static readonly RandomKey s_key = RandomKey.FromSeed(0).Child(Verb);

    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">The program does not start.</exception>
    public bool AreKnown() => task.Knows(Verb);

    /// <inheritdoc/>
    /// <exception cref="ExternalSimulatorException">There is no answer.</exception>
    public IReadOnlyDictionary<string, Tensor> Compute(Observation x)
    {
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> given = x.Parts.ToDictionary(p => p.Key, p => p.Value.to(ScalarType.Float64));
        Dictionary<string, Tensor> found = task.Ask(Verb, s_key, given, x.Count, type: ScalarType.Float64);
        // What comes from a worker belongs to no scope.
        Dictionary<string, Tensor> copies = found.ToDictionary(a => a.Key, a => a.Value.clone().MoveToOuterDisposeScope());
        foreach (Tensor array in found.Values)
        {
            array.Dispose();
        }

        return copies;
    }
}
