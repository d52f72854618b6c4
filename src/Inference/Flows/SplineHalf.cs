using Reproduce.Compute;
using Reproduce.Inference.Networks;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>A rational-quadratic spline per dimension; see <see cref="RationalQuadraticSpline"/>.</summary>
public sealed class SplineHalf : CouplingHalf
{
    private readonly Conditioner conditioner;
    private readonly long _width;

    /// <summary>A half that starts as the identity.</summary>
    /// <param name="width">d.</param>
    /// <param name="context">C.</param>
    /// <param name="settings">Widths and regularisation.</param>
    /// <param name="random">Where the initial weights come from.</param>
    public SplineHalf(long width, long context, CouplingFlowSettings settings, RandomSource random)
        : base(nameof(SplineHalf))
    {
        ArgumentNullException.ThrowIfNull(settings);
        _width = width;
        conditioner = new Conditioner(context, width * RationalQuadraticSpline.RawNumbers(settings.Bins), settings, random);
        RegisterComponents();
    }

    /// <inheritdoc/>
    internal override IEnumerable<Conditioner> Conditioners => [conditioner];

    /// <inheritdoc/>
    public override (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor context, ForwardPass pass)
    {
        (Tensor value, Tensor log) = RationalQuadraticSpline.Forward(u, Raw(context, pass));
        return (value, log.sum(1));
    }

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor v, Tensor context) =>
        RationalQuadraticSpline.Inverse(v, Raw(context, ForwardPass.Evaluation));

    private Tensor Raw(Tensor context, ForwardPass pass) => conditioner.Apply(context, pass).view(context.shape[0], _width, -1);
}
