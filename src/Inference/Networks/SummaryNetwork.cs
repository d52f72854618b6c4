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

    /// <summary>Summarises a batch, and looks whether the summaries are of the promised size.</summary>
    /// <param name="x">B data sets.</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[B, S].</returns>
    /// <exception cref="ArgumentException">Summaries of another shape.</exception>
    internal Tensor Condition(Observation x, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor condition = Summarise(x, pass);
        Require.Rows(condition, Outputs, nameof(condition), x.Count);
        return condition;
    }
}
