using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>
/// Layer normalisation (Ba et al. 2016): the features of every row get mean 0 and variance 1, then each a scale and a shift that are
/// learned.
/// </summary>
public sealed class LayerNormalisation : Network
{
    // Keras' default; PyTorch's is 1e-5.
    private const double Epsilon = 1e-3;

    private readonly Parameter scale;
    private readonly Parameter shift;
    private readonly long[] _shape;

    /// <summary>A layer for rows of <paramref name="features"/> numbers.</summary>
    /// <param name="features">F.</param>
    public LayerNormalisation(long features)
        : base(nameof(LayerNormalisation))
    {
        _shape = [features];
        scale = new Parameter(ones(features, dtype: ScalarType.Float32, device: CPU));
        shift = new Parameter(zeros(features, dtype: ScalarType.Float32, device: CPU));
        scale.DetachFromDisposeScope();
        shift.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., F].</param>
    /// <returns>The same shape.</returns>
    public Tensor Apply(Tensor x) => nn.functional.layer_norm(x, _shape, scale, shift, Epsilon);
}
