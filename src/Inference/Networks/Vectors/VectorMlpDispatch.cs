using Reproduce.Kernels;
using static TorchSharp.torch;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>
/// Chooses between libtorch's operations and vector code for a residual MLP: vector code takes hidden widths that are multiples of 32.
/// </summary>
internal sealed class VectorMlpDispatch
{
    private readonly Dense[] _layers;
    private readonly bool _possible;
    private readonly VectorResidualMlp _network;
    private readonly int _outputs;

    /// <summary>The dispatch of a network.</summary>
    /// <param name="layers">First, block and last layers.</param>
    /// <param name="inputs">C.</param>
    /// <param name="units">H.</param>
    /// <param name="outputs">D.</param>
    internal VectorMlpDispatch(Dense[] layers, int inputs, int units, int outputs)
    {
        _layers = layers;
        _possible = units % Panels.Width == 0;
        _network = new VectorResidualMlp(inputs, units, layers.Length - 2, outputs);
        _outputs = outputs;
    }

    /// <summary>Whether <see cref="Apply"/> can be used.</summary>
    /// <param name="input">[N, C].</param>
    /// <param name="pass">The pass.</param>
    internal bool Accepts(Tensor input, ForwardPass pass) => _possible && VectorPass.Accepts(input, _layers[0].Weight, pass);

    /// <summary>Applies the network.</summary>
    /// <param name="input">[N, C].</param>
    /// <param name="masks">A mask [H, N] for every block, or nulls.</param>
    /// <returns>[N, D].</returns>
    internal Tensor Apply(Tensor input, Tensor?[] masks) => new VectorMlpPass(_network, _outputs, input, Weights, MemoryOf(masks)).Apply();

    /// <summary>Applies the network to a student and to its teacher.</summary>
    /// <param name="loss">What becomes of the results.</param>
    /// <param name="condition">[N, S].</param>
    /// <param name="student">A mask [H, N] for every block, or nulls.</param>
    /// <param name="teacher">The teacher's masks.</param>
    /// <returns>The losses, [N, 1].</returns>
    internal Tensor LossOfPair(IPairLoss loss, Tensor condition, Tensor?[] student, Tensor?[] teacher) =>
        new VectorPairPass(_network, loss, condition.contiguous(), Weights, MemoryOf(student), MemoryOf(teacher)).Apply();

    private Tensor[] Weights => [.. _layers.SelectMany(l => l.Tensors)];

    private static BatchMask[] MemoryOf(Tensor?[] masks) =>
        masks.Length > 0 && masks[0] is not null ? [.. masks.Select(m => new BatchMask(m!))] : [];
}
