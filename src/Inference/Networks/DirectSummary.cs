using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>No network: the observation's only tensor, flattened, is the condition itself.</summary>
/// <param name="outputs">Length of the flattened observation.</param>
public sealed class DirectSummary(long outputs) : SummaryNetwork(nameof(DirectSummary))
{
    /// <inheritdoc/>
    public override long Outputs => outputs;

    /// <inheritdoc/>
    public override Tensor Summarise(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Sole.flatten(1);
    }
}
