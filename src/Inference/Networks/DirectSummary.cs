using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>No network: the observation's tensors, flattened and one behind the other by name, are the condition itself.</summary>
/// <param name="outputs">Numbers in an observation.</param>
public sealed class DirectSummary(long outputs) : SummaryNetwork(nameof(DirectSummary))
{
    /// <inheritdoc/>
    public override long Outputs => outputs;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Observations of another size.</exception>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor condition = x.Parts.Count == 1 ? x.Sole.flatten(1) : cat([.. x.Parts.Values.Select(part => part.flatten(1))], 1);
        Require.Rows(condition, outputs, nameof(x));
        return condition;
    }
}
