using Reproduce.Compute;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>A network that turns an observation into a fixed number of summary statistics, learned together with the posterior.</summary>
public abstract class SummaryNetwork(string name) : Network(name)
{
    /// <summary>Number of summaries, S.</summary>
    public abstract long Outputs { get; }

    /// <summary>Summarises a batch.</summary>
    /// <param name="x">B data sets.</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[B, S].</returns>
    public abstract Tensor Summarise(Observation x, ForwardPass pass);
}

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
