using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>
/// The arithmetic of <see cref="ResidualMlp"/> and of its gradient in vector code, on memory.
/// </summary>
/// <remarks>
/// Rows of a batch are taken in panels of 32. Inside a panel features come first, [H, 32]: then every layer is a product of its
/// weights, as they lie in memory, with a panel, and nothing has to be packed. The last panel is filled up with zero rows, whose
/// results are dropped and whose gradients are zero. What is done element by element waits for memory and gains nothing from vectors
/// wider than 256 bits; with the products' fixed order of summation every width gives the same bits.
/// </remarks>
/// <param name="inputs">Width of the input, C.</param>
/// <param name="units">Width of the hidden layers, H.</param>
/// <param name="blocks">Number of residual blocks.</param>
/// <param name="outputs">Width of the output, D.</param>
internal sealed class VectorResidualMlp(int inputs, int units, int blocks, int outputs)
{
    private const int Panel = Panels.Width;

    /// <summary>Numbers that a forward pass leaves for the backward pass of <paramref name="rows"/> rows: the hidden layers.</summary>
    /// <param name="rows">N.</param>
    internal long SavedLength(int rows) => (long)Panels.Count(rows) * PanelLength;

    private int HiddenLength => units * Panel;

    private int PanelLength => (blocks + 1) * HiddenLength;

    /// <summary>Applies the network.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="weights">First, block and last layers.</param>
    /// <param name="masks">A dropout mask [H, N] for every block, or empty.</param>
    /// <param name="y">Receives [N, D].</param>
    /// <param name="saved">Receives the hidden layers, <see cref="SavedLength"/> numbers; empty when there is no backward pass.</param>
    /// <param name="rows">N.</param>
    internal void Forward(
        ReadOnlySpan<float> x, in LayerMemory weights, ReadOnlySpan<BatchMask> masks, Span<float> y, Span<float> saved, int rows)
    {
        int ownHidden = saved.IsEmpty ? 2 * HiddenLength : 0;
        Span<float> scratch = Scratch.Take(Panel * (inputs + outputs) + ownHidden);
        Span<float> input = scratch[..(Panel * inputs)];
        Span<float> output = scratch.Slice(Panel * inputs, Panel * outputs);
        Span<float> own = scratch[(Panel * (inputs + outputs))..];
        for (int p = 0; p < Panels.Count(rows); p++)
        {
            PanelWindow window = PanelWindow.Of(rows, p);
            Panels.LoadRows(window.Of(x, inputs), input, inputs, window.Count);
            Span<float> Hidden(Span<float> own, Span<float> saved, int layer) =>
                saved.IsEmpty
                    ? own.Slice(layer % 2 * HiddenLength, HiddenLength)
                    : saved.Slice(p * PanelLength + layer * HiddenLength, HiddenLength);

            Span<float> h = Hidden(own, saved, 0);
            PanelOperations.Broadcast(weights.Bias(0), h);
            MatrixProduct.AddTo(weights.Weight(0), inputs, 1, input, h, Panel, units, inputs);
            PanelOperations.Relu(h);
            for (int b = 1; b <= blocks; b++)
            {
                Span<float> next = Hidden(own, saved, b);
                PanelOperations.Broadcast(weights.Bias(b), next);
                MatrixProduct.AddTo(weights.Weight(b), units, 1, h, next, Panel, units, units);
                if (masks.IsEmpty)
                {
                    PanelOperations.AddRelu(next, h);
                }
                else
                {
                    PanelOperations.DropoutAddRelu(next, h, masks[b - 1].Of(window));
                }

                h = next;
            }

            PanelOperations.Broadcast(weights.Bias(blocks + 1), output);
            MatrixProduct.AddTo(weights.Weight(blocks + 1), units, 1, h, output, Panel, outputs, units);
            Panels.StoreRows(output, window.Of(y, outputs), outputs, window.Count);
        }
    }

    /// <summary>Adds the gradients of weights and input to what they hold.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="weights">First, block and last layers.</param>
    /// <param name="masks">As in the forward pass.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by the output, [N, D].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="inputGradient">Receives the gradient by the input, [N, C]; empty when it is not wanted.</param>
    /// <param name="rows">N.</param>
    internal void Backward(
        ReadOnlySpan<float> x, in LayerMemory weights, ReadOnlySpan<BatchMask> masks, ReadOnlySpan<float> saved,
        ReadOnlySpan<float> outputGradient, in LayerMemory gradients, Span<float> inputGradient, int rows)
    {
        Span<float> scratch = Scratch.Take(Panel * (inputs + outputs) + 3 * HiddenLength + DenseGradients.ScratchLength(inputs, units));
        Span<float> wide = scratch[..(Panel * Math.Max(inputs, outputs))];
        scratch = scratch[(Panel * (inputs + outputs))..];
        Span<float> hiddenGradient = scratch[..HiddenLength], inner = scratch.Slice(HiddenLength, HiddenLength);
        Span<float> below = scratch.Slice(2 * HiddenLength, HiddenLength);
        scratch = scratch[(3 * HiddenLength)..];
        for (int p = 0; p < Panels.Count(rows); p++)
        {
            PanelWindow window = PanelWindow.Of(rows, p);
            Span<float> dy = wide[..(Panel * outputs)];
            Panels.LoadRows(window.Of(outputGradient, outputs), dy, outputs, window.Count);
            ReadOnlySpan<float> h = saved.Slice(p * PanelLength + blocks * HiddenLength, HiddenLength);
            DenseGradients.AddWeights(dy, h, gradients.Weight(blocks + 1), units, outputs, units, scratch);
            PanelOperations.AddRowSums(dy, gradients.Bias(blocks + 1));
            hiddenGradient.Clear();
            MatrixProduct.AddTo(weights.Weight(blocks + 1), 1, units, dy, hiddenGradient, Panel, units, outputs);
            for (int b = blocks; b > 0; b--)
            {
                // hiddenGradient: by the block's output; after this: by its input along the residual, and inner: by its affine layer.
                if (masks.IsEmpty)
                {
                    PanelOperations.ReluBackward(hiddenGradient, h);
                    hiddenGradient.CopyTo(inner);
                }
                else
                {
                    PanelOperations.DropoutAddReluBackward(hiddenGradient, inner, h, masks[b - 1].Of(window));
                }

                h = saved.Slice(p * PanelLength + (b - 1) * HiddenLength, HiddenLength);
                DenseGradients.AddWeights(inner, h, gradients.Weight(b), units, units, units, scratch);
                PanelOperations.AddRowSums(inner, gradients.Bias(b));
                hiddenGradient.CopyTo(below);
                MatrixProduct.AddTo(weights.Weight(b), 1, units, inner, below, Panel, units, units);
                Span<float> swap = hiddenGradient;
                hiddenGradient = below;
                below = swap;
            }

            PanelOperations.ReluBackward(hiddenGradient, h);
            PanelOperations.AddRowSums(hiddenGradient, gradients.Bias(0));
            Span<float> input = wide[..(Panel * inputs)];
            Panels.LoadRows(window.Of(x, inputs), input, inputs, window.Count);
            DenseGradients.AddWeights(hiddenGradient, input, gradients.Weight(0), inputs, units, inputs, scratch);
            if (!inputGradient.IsEmpty)
            {
                input.Clear();
                MatrixProduct.AddTo(weights.Weight(0), 1, inputs, hiddenGradient, input, Panel, inputs, units);
                Panels.StoreRows(input, window.Of(inputGradient, inputs), inputs, window.Count);
            }
        }
    }
}
