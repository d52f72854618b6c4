using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>
/// A two-sided coupling: the first half is transformed given the second, then the second given the transformed first.
/// </summary>
/// <remarks>v1 = f1(u1; u2, c), v2 = f2(u2; v1, c); the first half has floor(D/2) dimensions.</remarks>
public sealed class TwoSidedCoupling : Network, IConditionalTransform
{
    private readonly CouplingHalf firstHalf;
    private readonly CouplingHalf secondHalf;
    private readonly long _split;
    private readonly long _rest;

    /// <summary>A coupling of D dimensions given S summaries.</summary>
    /// <param name="dimension">D, at least 2.</param>
    /// <param name="condition">S.</param>
    /// <param name="kind">Affine or spline.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public TwoSidedCoupling(long dimension, long condition, CouplingKind kind, CouplingFlowSettings settings, RandomSource random)
        : base(nameof(TwoSidedCoupling))
    {
        if (dimension < 2)
        {
            throw new ArgumentException($"dimension: a coupling needs at least 2 parameters, got {dimension}.", nameof(dimension));
        }

        _split = dimension / 2;
        _rest = dimension - _split;
        firstHalf = CouplingHalf.Create(kind, _split, _rest + condition, settings, random);
        secondHalf = CouplingHalf.Create(kind, _rest, _split + condition, settings, random);
        RegisterComponents();
    }

    /// <summary>First and second half.</summary>
    internal IEnumerable<CouplingHalf> Halves => [firstHalf, secondHalf];

    /// <inheritdoc/>
    public (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(u);
        Tensor u1 = u.narrow(1, 0, _split);
        Tensor u2 = u.narrow(1, _split, _rest);
        (Tensor v1, Tensor log1) = firstHalf.Forward(u1, cat([u2, condition], 1), pass);
        (Tensor v2, Tensor log2) = secondHalf.Forward(u2, cat([v1, condition], 1), pass);
        return (cat([v1, v2], 1), log1.add(log2, Scalars.One));
    }

    /// <inheritdoc/>
    public Tensor Inverse(Tensor v, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(v);
        Tensor v1 = v.narrow(1, 0, _split);
        Tensor u2 = secondHalf.Inverse(v.narrow(1, _split, _rest), cat([v1, condition], 1));
        Tensor u1 = firstHalf.Inverse(v1, cat([u2, condition], 1));
        return cat([u1, u2], 1);
    }
}
