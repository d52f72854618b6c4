using static TorchSharp.torch;

namespace Reproduce.Inference.Training;

/// <summary>The weights of a training that did best on simulations it does not learn from.</summary>
public sealed class BestWeights : IDisposable
{
    private readonly FlatParameters _parameters;

    /// <summary>Begins with the weights as they are.</summary>
    /// <param name="parameters">The weights.</param>
    public BestWeights(FlatParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        Values = parameters.Values.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>The best so far, laid out as <see cref="FlatParameters.Values"/>.</summary>
    public Tensor Values { get; }

    /// <summary>Takes the weights as they are now for the best.</summary>
    public void Keep() => Copy(_parameters.Values, Values);

    /// <summary>Puts the best in the place of the weights.</summary>
    public void Restore() => Copy(Values, _parameters.Values);

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();

    private static void Copy(Tensor from, Tensor to)
    {
        using IDisposable noGrad = no_grad();
        using IDisposable scope = NewDisposeScope();
        to.copy_(from);
    }
}
