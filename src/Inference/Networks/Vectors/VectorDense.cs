using Reproduce.Inference.Networks.Vectors.Sets;
using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>
/// The arithmetic of dense layers with a ReLU behind each (<see cref="DenseLayers"/>), a last layer without, and their gradient in vector
/// code, on memory.
/// </summary>
/// <param name="inputs">C.</param>
/// <param name="units">H, a multiple of 32.</param>
/// <param name="layers">Layers before the last one.</param>
/// <param name="outputs">D.</param>
internal sealed class VectorDense(int inputs, int units, int layers, int outputs)
{
    private const int Panel = Panels.Width;
    private readonly VectorStack _stack = new(0, inputs, units, layers);

    /// <summary>D.</summary>
    internal int Outputs => outputs;

    /// <summary>Numbers that a panel leaves for the backward pass.</summary>
    internal int PanelLength => _stack.SavedLength;

    private int HiddenLength => units * Panel;

    /// <summary>Numbers that a forward pass leaves for the backward pass of <paramref name="rows"/> rows: the hidden layers.</summary>
    /// <param name="rows">N.</param>
    internal long SavedLength(int rows) => (long)Panels.Count(rows) * PanelLength;

    /// <summary>Applies the layers.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="weights">All layers.</param>
    /// <param name="y">Receives [N, D].</param>
    /// <param name="saved"><see cref="SavedLength"/> numbers, or room for one panel when there is no backward pass.</param>
    /// <param name="rows">N.</param>
    internal void Forward(ReadOnlySpan<float> x, in LayerMemory weights, Span<float> y, Span<float> saved, int rows)
    {
        bool keeps = saved.Length == SavedLength(rows);
        Span<float> scratch = Scratch.Take(Panel * (inputs + outputs));
        Span<float> input = scratch[..(Panel * inputs)], output = scratch[(Panel * inputs)..];
        for (int p = 0; p < Panels.Count(rows); p++)
        {
            PanelWindow window = PanelWindow.Of(rows, p);
            Panels.LoadRows(window.Of(x, inputs), input, inputs, window.Count);
            Span<float> own = saved.Slice(keeps ? p * PanelLength : 0, PanelLength);
            _stack.Forward(input, weights, own);
            PanelOperations.Broadcast(weights.Bias(layers), output);
            MatrixProduct.AddTo(weights.Weight(layers), units, 1, own[^HiddenLength..], output, Panel, outputs, units);
            Panels.StoreRows(output, window.Of(y, outputs), outputs, window.Count);
        }
    }

    /// <summary>Adds the gradients of the weights to what their receivers hold and sets the one by the input.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="weights">All layers.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by the output, [N, D].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputGradient">Receives the gradient by the input, [N, C]; empty when it is not wanted.</param>
    /// <param name="rows">N.</param>
    internal void Backward(
        ReadOnlySpan<float> x, in LayerMemory weights, ReadOnlySpan<float> saved, ReadOnlySpan<float> outputGradient,
        in LayerMemory gradients, Span<float> inputGradient, int rows)
    {
        int gradientScratch = Math.Max(_stack.ScratchLength, DenseGradients.ScratchLength(units, outputs));
        Span<float> scratch = Scratch.Take(Panel * (2 * inputs + outputs) + HiddenLength + gradientScratch);
        Span<float> input = scratch[..(Panel * inputs)], below = scratch.Slice(Panel * inputs, Panel * inputs);
        Span<float> dy = scratch.Slice(2 * Panel * inputs, Panel * outputs);
        Span<float> hiddenGradient = scratch.Slice(Panel * (2 * inputs + outputs), HiddenLength), rest = scratch[^gradientScratch..];
        for (int p = 0; p < Panels.Count(rows); p++)
        {
            PanelWindow window = PanelWindow.Of(rows, p);
            ReadOnlySpan<float> own = saved.Slice(p * PanelLength, PanelLength);
            Panels.LoadRows(window.Of(outputGradient, outputs), dy, outputs, window.Count);
            DenseGradients.AddWeights(dy, own[^HiddenLength..], gradients.Weight(layers), units, outputs, units, rest);
            PanelOperations.AddRowSums(dy, gradients.Bias(layers));
            MatrixProduct.Multiply<Identity>(
                weights.Weight(layers), 1, units, dy, hiddenGradient, Panel, units, outputs, Panel);
            Panels.LoadRows(window.Of(x, inputs), input, inputs, window.Count);
            below.Clear();
            _stack.Backward(input, weights, own, hiddenGradient, gradients, inputGradient.IsEmpty ? [] : below, rest);
            if (!inputGradient.IsEmpty)
            {
                Panels.StoreRows(below, window.Of(inputGradient, inputs), inputs, window.Count);
            }
        }
    }
}
