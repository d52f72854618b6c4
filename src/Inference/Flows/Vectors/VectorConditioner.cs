using Reproduce.Inference.Networks.Vectors;
using Reproduce.Kernels;

namespace Reproduce.Inference.Flows.Vectors;

/// <summary>The arithmetic of a <see cref="Conditioner"/> and of its gradient on one panel (<see cref="Panels"/>).</summary>
/// <param name="inputs">C.</param>
/// <param name="units">H, a multiple of 32.</param>
/// <param name="layers">Hidden layers.</param>
/// <param name="outputs">O.</param>
/// <param name="dropout">Rate behind each hidden layer.</param>
internal sealed class VectorConditioner(int inputs, int units, int layers, int outputs, double dropout)
{
    private const int Panel = Panels.Width;

    /// <summary>C.</summary>
    internal int Inputs => inputs;

    /// <summary>Tensors of weights: weight and bias of every layer.</summary>
    internal int Tensors => 2 * (layers + 1);

    /// <summary>Dropout masks: one for each hidden layer.</summary>
    internal int Masks => layers;

    /// <summary>Numbers that the forward pass leaves for the backward pass: the hidden layers behind their masks.</summary>
    internal int SavedLength => layers * HiddenLength;

    /// <summary>Numbers of scratch that <see cref="Backward"/> wants.</summary>
    internal int ScratchLength => 2 * HiddenLength + DenseGradients.ScratchLength(inputs, units);

    private int HiddenLength => units * Panel;

    /// <summary>Applies the network.</summary>
    /// <param name="context">[C, 32].</param>
    /// <param name="weights">Weight and bias of every layer.</param>
    /// <param name="masks">A mask [H, N] for every hidden layer, or empty.</param>
    /// <param name="window">The panel's rows.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers.</param>
    /// <param name="output">Receives [O, 32].</param>
    internal void Forward(
        ReadOnlySpan<float> context, in LayerMemory weights, ReadOnlySpan<BatchMask> masks, PanelWindow window, Span<float> saved,
        Span<float> output)
    {
        ReadOnlySpan<float> h = context;
        int width = inputs;
        for (int layer = 0; layer < layers; layer++)
        {
            Span<float> next = saved.Slice(layer * HiddenLength, HiddenLength);
            PanelOperations.Broadcast(weights.Bias(layer), next);
            MatrixProduct.AddTo(weights.Weight(layer), width, 1, h, next, Panel, units, width);
            if (masks.IsEmpty)
            {
                PanelOperations.Relu(next);
            }
            else
            {
                PanelOperations.ReluDropout(next, masks[layer].Of(window));
            }

            h = next;
            width = units;
        }

        PanelOperations.Broadcast(weights.Bias(layers), output);
        MatrixProduct.AddTo(weights.Weight(layers), width, 1, h, output, Panel, outputs, width);
    }

    /// <summary>Adds the gradients to what their receivers hold.</summary>
    /// <param name="context">[C, 32].</param>
    /// <param name="weights">Weight and bias of every layer.</param>
    /// <param name="isMasked">Whether there were masks.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="outputGradient">Gradient of the loss by the output, [O, 32].</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="contextGradient">Receives the gradient by the context, [C, 32].</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Backward(
        ReadOnlySpan<float> context, in LayerMemory weights, bool isMasked, ReadOnlySpan<float> saved, ReadOnlySpan<float> outputGradient,
        in LayerMemory gradients, Span<float> contextGradient, Span<float> scratch)
    {
        // A unit that is not zero behind its mask was kept, and the mask of a kept unit is known.
        float kept = isMasked ? (float)(1 / (1 - dropout)) : 1;
        Span<float> hiddenGradient = scratch[..HiddenLength], below = scratch.Slice(HiddenLength, HiddenLength);
        scratch = scratch[(2 * HiddenLength)..];

        ReadOnlySpan<float> h = saved.Slice((layers - 1) * HiddenLength, HiddenLength);
        DenseGradients.AddWeights(outputGradient, h, gradients.Weight(layers), units, outputs, units, scratch);
        PanelOperations.AddRowSums(outputGradient, gradients.Bias(layers));
        hiddenGradient.Clear();
        MatrixProduct.AddTo(weights.Weight(layers), 1, units, outputGradient, hiddenGradient, Panel, units, outputs);
        for (int layer = layers - 1; layer > 0; layer--)
        {
            PanelOperations.ReluBackward(hiddenGradient, h, kept);
            h = saved.Slice((layer - 1) * HiddenLength, HiddenLength);
            DenseGradients.AddWeights(hiddenGradient, h, gradients.Weight(layer), units, units, units, scratch);
            PanelOperations.AddRowSums(hiddenGradient, gradients.Bias(layer));
            below.Clear();
            MatrixProduct.AddTo(weights.Weight(layer), 1, units, hiddenGradient, below, Panel, units, units);
            Span<float> swap = hiddenGradient;
            hiddenGradient = below;
            below = swap;
        }

        PanelOperations.ReluBackward(hiddenGradient, h, kept);
        DenseGradients.AddWeights(hiddenGradient, context, gradients.Weight(0), inputs, units, inputs, scratch);
        PanelOperations.AddRowSums(hiddenGradient, gradients.Bias(0));
        MatrixProduct.AddTo(weights.Weight(0), 1, inputs, hiddenGradient, contextGradient, Panel, inputs, units);
    }
}
