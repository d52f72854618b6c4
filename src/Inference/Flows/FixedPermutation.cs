using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>A permutation of the dimensions that was drawn once and is kept with the weights.</summary>
public sealed class FixedPermutation : Network, IConditionalTransform
{
    private readonly Tensor order;
    private readonly Tensor back;

    /// <summary>A random permutation of D dimensions.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="random">Where it is drawn from.</param>
    public FixedPermutation(long dimension, RandomSource random)
        : base(nameof(FixedPermutation))
    {
        ArgumentNullException.ThrowIfNull(random);
        order = random.Permutation(dimension).DetachFromDisposeScope();
        back = order.argsort().DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Which dimension comes where, int64, [D].</summary>
    internal Tensor Order => order;

    /// <inheritdoc/>
    public (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(u);
        return (Reorder(u, order), u.new_zeros([u.shape[0]]));
    }

    /// <inheritdoc/>
    public Tensor Inverse(Tensor v, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(v);
        return Reorder(v, back);
    }

    // gather and not index_select, which libtorch's meta device lacks.
    private static Tensor Reorder(Tensor u, Tensor order) => u.gather(1, order.expand(u.shape[0], -1));
}
