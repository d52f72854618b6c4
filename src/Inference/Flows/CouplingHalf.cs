using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>One side of a coupling: an elementwise monotone map whose shape a network reads off the other side and the condition.</summary>
public abstract class CouplingHalf(string name) : Network(name)
{
    /// <summary>Its networks in the order in which they are applied.</summary>
    internal abstract IEnumerable<Conditioner> Conditioners { get; }

    /// <summary>A half of the wanted kind.</summary>
    /// <param name="kind">Affine or spline.</param>
    /// <param name="width">d, dimensions that are transformed.</param>
    /// <param name="context">Width of the other half and the condition together.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public static CouplingHalf Create(CouplingKind kind, long width, long context, CouplingFlowSettings settings, RandomSource random) =>
        kind switch
        {
            CouplingKind.Affine => new AffineHalf(width, context, settings, random),
            CouplingKind.Spline => new SplineHalf(width, context, settings, random),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown coupling"),
        };

    /// <summary>Maps [N, d] towards the latents, with log-determinants [N].</summary>
    /// <param name="u">[N, d].</param>
    /// <param name="context">[N, C].</param>
    /// <param name="pass">Whether dropout is on.</param>
    public abstract (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor context, ForwardPass pass);

    /// <summary>Undoes <see cref="Forward"/> (without dropout).</summary>
    /// <param name="v">[N, d].</param>
    /// <param name="context">[N, C].</param>
    public abstract Tensor Inverse(Tensor v, Tensor context);
}
