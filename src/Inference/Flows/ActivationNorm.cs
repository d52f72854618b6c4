using Reproduce.Compute;
using Reproduce.Inference.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Flows;

/// <summary>A learned scale and shift per dimension, v = s u + b (Kingma and Dhariwal 2018), starting as the identity.</summary>
public sealed class ActivationNorm : Network, IConditionalTransform
{
    private readonly Parameter scale;
    private readonly Parameter shift;

    /// <summary>The identity on D dimensions.</summary>
    /// <param name="dimension">D.</param>
    public ActivationNorm(long dimension)
        : base(nameof(ActivationNorm))
    {
        scale = new Parameter(ones(dimension, dtype: ScalarType.Float32, device: CPU));
        shift = new Parameter(zeros(dimension, dtype: ScalarType.Float32, device: CPU));
        scale.DetachFromDisposeScope();
        shift.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>s, [D].</summary>
    internal Parameter Scale => scale;

    /// <summary>b, [D].</summary>
    internal Parameter Shift => shift;

    /// <inheritdoc/>
    public (Tensor Value, Tensor LogDeterminant) Forward(Tensor u, Tensor condition, ForwardPass pass)
    {
        ArgumentNullException.ThrowIfNull(u);
        // log |s| as half of log s^2, which libtorch's meta device can follow too.
        return (addcmul(shift, u, scale, Scalars.One), scale.Squared().log().sum().mul(Scalars.Half).expand(u.shape[0]));
    }

    /// <inheritdoc/>
    public Tensor Inverse(Tensor v, Tensor condition) => (v - shift).div_(scale);
}
