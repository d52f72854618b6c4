using Reproduce.Compute;
using Reproduce.Inference.Networks;
using TorchSharp.Modules;
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

/// <summary>A full matrix, orthogonal at the start and then unconstrained: v = u W, log-determinant log |det W|.</summary>
public sealed class LearnablePermutation : Network, IConditionalTransform
{
    private readonly Parameter matrix;

    /// <summary>A random orthogonal D x D matrix.</summary>
    /// <param name="dimension">D.</param>
    /// <param name="random">Where it is drawn from.</param>
    public LearnablePermutation(long dimension, RandomSource random)
        : base(nameof(LearnablePermutation))
    {
        ArgumentNullException.ThrowIfNull(random);
        using IDisposable scope = NewDisposeScope();
        // QR of a Gaussian matrix; the signs of R's diagonal make the distribution uniform over the orthogonal group.
        (Tensor q, Tensor r) = linalg.qr(random.Normal([dimension, dimension]));
        matrix = new Parameter((q * r.diagonal().sign().unsqueeze(0)).contiguous());
        matrix.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>W, [D, D].</summary>
    internal Parameter Matrix => matrix;

    /// <summary>log |det W|, a scalar.</summary>
    internal Tensor LogDeterminant() => linalg.slogdet(matrix).Item2;

    /// <inheritdoc/>
    public (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(u);
        return (u.mm(matrix), LogDeterminant().expand(u.shape[0]));
    }

    /// <inheritdoc/>
    public Tensor Inverse(Tensor v, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(v);
        return v.mm(linalg.inv(matrix));
    }
}
