using Reproduce.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>Lets vector code take the place of a residual MLP's libtorch operations where it can.</summary>
/// <remarks>
/// On a CPU with vectors wide enough (<see cref="PanelProduct.IsSupported"/>), for float32 and hidden widths that are multiples of 32. It gives first derivatives in a training pass;
/// where second ones may be asked for (a density's Jacobian) the network keeps to libtorch.
/// </remarks>
internal sealed class VectorMlpCaller
{
    private readonly Dense[] _layers;
    private readonly bool _possible;

    /// <summary>A caller for a network.</summary>
    /// <param name="layers">First, block and last layers.</param>
    /// <param name="inputs">C.</param>
    /// <param name="units">H.</param>
    /// <param name="outputs">D.</param>
    internal VectorMlpCaller(Dense[] layers, int inputs, int units, int outputs)
    {
        _layers = layers;
        _possible = PanelProduct.IsSupported && units % PanelProduct.Columns == 0;
        Network = new VectorResidualMlp(inputs, units, layers.Length - 2, outputs);
        Outputs = outputs;
    }

    /// <summary>The arithmetic.</summary>
    internal VectorResidualMlp Network { get; }

    /// <summary>D.</summary>
    internal int Outputs { get; }

    /// <summary>Whether <see cref="Apply"/> can be used.</summary>
    /// <param name="input">[N, C].</param>
    /// <param name="pass">The pass.</param>
    internal bool Accepts(Tensor input, ForwardPass pass)
    {
        return _possible && input.device.type == DeviceType.CPU && input.dtype == ScalarType.Float32 && input.shape[0] > 0
            && _layers[0].Weight.device.type == DeviceType.CPU && _layers[0].Weight.dtype == ScalarType.Float32
            && (pass.IsStochastic || !is_grad_enabled());
    }

    /// <summary>Applies the network.</summary>
    /// <param name="input">[N, C].</param>
    /// <param name="masks">A mask [H, N] for every block, or nulls.</param>
    /// <returns>[N, D].</returns>
    internal Tensor Apply(Tensor input, Tensor?[] masks)
    {
        Tensor[] weights = new Tensor[2 * _layers.Length];
        for (int i = 0; i < _layers.Length; i++)
        {
            weights[2 * i] = _layers[i].Weight;
            weights[2 * i + 1] = _layers[i].Bias;
        }

        MaskMemory[] memory = masks.Length > 0 && masks[0] is not null ? [.. masks.Select(m => new MaskMemory(m!))] : [];
        if (!is_grad_enabled())
        {
            Tensor y = input.new_empty([input.shape[0], Outputs]);
            Network.Forward(
                MlpMemory.Numbers(input), new MlpMemory(weights), memory, MlpMemory.Numbers(y), [], (int)input.shape[0]);
            return y;
        }

        return VectorMlpFunction.apply([new VectorMlpCall(this, input, weights, memory), input, .. weights]);
    }
}
