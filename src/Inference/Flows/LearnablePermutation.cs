using Reproduce.Compute;
using Reproduce.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

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
