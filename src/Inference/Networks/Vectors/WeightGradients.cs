using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>Where a backward pass in vector code adds the gradients of the weights.</summary>
/// <remarks>
/// In a training every weight has a gradient, a view of one flat tensor that was set to zero: the pass adds there itself. Tensors of its
/// own, which libtorch would add to those, cost the memory traffic of three passes over all weights. What libtorch is told then is "nothing
/// to add", so <c>backward()</c> gives the same gradients, while <c>autograd.grad</c> with respect to these weights says that they were not
/// used.
/// </remarks>
internal readonly record struct WeightGradients
{
    private readonly bool _inPlace;

    /// <summary>Receivers for these weights.</summary>
    /// <param name="weights">The weights.</param>
    internal WeightGradients(Tensor[] weights)
    {
        Tensor?[] existing = [.. weights.Select(w => w.grad)];
        _inPlace = existing.All(g => g is not null && g.is_contiguous());
        Tensors = _inPlace ? [.. existing.Select(g => g!)] : [.. weights.Select(w => zeros_like(w))];
    }

    /// <summary>A receiver for each weight.</summary>
    internal Tensor[] Tensors { get; }

    /// <summary>What the pass gives libtorch for each weight.</summary>
    internal IEnumerable<Tensor> ForLibtorch => _inPlace ? Tensors.Select(_ => (Tensor)null!) : Tensors;
}
