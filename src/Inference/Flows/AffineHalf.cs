using Reproduce.Compute;
using Reproduce.Inference.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>v = u exp(s) + t, with the soft clamp s = (2 a / pi) atan(raw / a), a = 1.9, and separate networks for s and t.</summary>
public sealed class AffineHalf : CouplingHalf
{
    /// <summary>a, the largest |s|.</summary>
    internal const double Clamp = 1.9;

    private static readonly Scalar s_clamp = Clamp.ToScalar();
    private static readonly Scalar s_slope = (2 * Clamp / Math.PI).ToScalar();
    private readonly Conditioner scale;
    private readonly Conditioner shift;

    /// <summary>A half that starts as the identity.</summary>
    /// <param name="width">d.</param>
    /// <param name="context">C.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public AffineHalf(long width, long context, CouplingFlowSettings settings, RandomSource random)
        : base(nameof(AffineHalf))
    {
        scale = new Conditioner(context, width, settings, random);
        shift = new Conditioner(context, width, settings, random);
        RegisterComponents();
    }

    /// <inheritdoc/>
    internal override IEnumerable<Conditioner> Conditioners => [scale, shift];

    /// <inheritdoc/>
    public override (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor context, ForwardPass pass)
    {
        Tensor s = LogScale(context, pass);
        return (addcmul(shift.Apply(context, pass), u, s.exp(), Scalars.One), s.sum(1));
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor v, Tensor context)
    {
        Tensor s = LogScale(context, ForwardPass.Evaluation);
        return (v - shift.Apply(context, ForwardPass.Evaluation)).mul_(s.neg_().exp_());
    }

    private Tensor LogScale(Tensor context, ForwardPass pass) => scale.Apply(context, pass).div(s_clamp).atan().mul(s_slope);
}
