using Reproduce.Compute;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>An affine layer y = x W^T + b, initialised as in Keras: Glorot-uniform weights and zero bias.</summary>
public sealed class Dense : Network
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly double _l2;
    private readonly double _biasL2;

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/> numbers.</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="random">Where the initial weights come from; null for all zeros.</param>
    /// <param name="l2">Strength of the L2 penalty on the weights.</param>
    /// <param name="biasL2">Strength of the L2 penalty on the bias.</param>
    public Dense(long inputs, long outputs, RandomSource? random, double l2 = 0, double biasL2 = 0)
        : base(nameof(Dense))
    {
        _l2 = l2;
        _biasL2 = biasL2;
        using IDisposable scope = NewDisposeScope();
        Tensor w = zeros(outputs, inputs, dtype: ScalarType.Float32, device: CPU);
        if (random is not null)
        {
            double limit = Math.Sqrt(6.0 / (inputs + outputs));
            using Scalar range = (2 * limit).ToScalar();
            using Scalar lowest = limit.ToScalar();
            w = random.Uniform([outputs, inputs]).mul_(range).sub_(lowest);
        }

        weight = new Parameter(w);
        bias = new Parameter(zeros(outputs, dtype: ScalarType.Float32, device: CPU));
        weight.DetachFromDisposeScope();
        bias.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IEnumerable<WeightPenalty> Penalties
    {
        get
        {
            if (_l2 > 0)
            {
                yield return new WeightPenalty(weight, _l2);
            }

            if (_biasL2 > 0)
            {
                yield return new WeightPenalty(bias, _biasL2);
            }
        }
    }

    /// <summary>[outputs, inputs].</summary>
    internal Parameter Weight => weight;

    /// <summary>[outputs].</summary>
    internal Parameter Bias => bias;

    /// <summary>Weight and bias, as vector code takes them.</summary>
    internal Tensor[] Tensors => [weight, bias];

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., inputs].</param>
    /// <returns>[..., outputs].</returns>
    public Tensor Apply(Tensor x) => nn.functional.linear(x, weight, bias);
}
