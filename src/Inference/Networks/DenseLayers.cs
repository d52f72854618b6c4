using Reproduce.Compute;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks;

/// <summary>Dense layers, each followed by an activation and dropout.</summary>
public sealed class DenseLayers : Network
{
    private readonly ModuleList<Dense> layers = [];
    private readonly double _dropout;
    private readonly Activation _activation;

    /// <summary>A stack of <paramref name="count"/> layers.</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="units">Width of every layer.</param>
    /// <param name="count">Number of layers.</param>
    /// <param name="random">Where the initial weights come from.</param>
    /// <param name="dropout">Dropout rate behind each layer.</param>
    /// <param name="l2">L2 penalty on the layers' weights.</param>
    /// <param name="biasL2">L2 penalty on the layers' biases.</param>
    /// <param name="activation">What follows each layer.</param>
    public DenseLayers(
        long inputs,
        long units,
        int count,
        RandomSource random,
        double dropout = 0,
        double l2 = 0,
        double biasL2 = 0,
        Activation activation = Activation.Relu)
        : base(nameof(DenseLayers))
    {
        _dropout = dropout;
        _activation = activation;
        for (int i = 0; i < count; i++)
        {
            layers.Add(new Dense(i == 0 ? inputs : units, units, random, l2, biasL2));
        }

        RegisterComponents();
    }

    /// <summary>The layers in order.</summary>
    internal IEnumerable<Dense> Layers => layers;

    /// <summary>Applies the stack.</summary>
    /// <param name="x">[..., inputs].</param>
    /// <param name="pass">Whether dropout is on.</param>
    /// <returns>[..., units].</returns>
    public Tensor Apply(Tensor x, ForwardPass pass)
    {
        Tensor h = x;
        foreach (Dense layer in layers)
        {
            Tensor affine = layer.Apply(h);
            h = pass.Dropout(_activation == Activation.Relu ? affine.relu_() : affine.silu(), _dropout);
        }

        return h;
    }
}
