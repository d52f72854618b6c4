using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>
/// The arithmetic of dense layers with a ReLU behind each (<see cref="DenseLayers"/>) and of their gradient on one panel
/// (<see cref="Panels"/>).
/// </summary>
/// <param name="first">Number of the first layer among all of the network.</param>
/// <param name="inputs">C.</param>
/// <param name="units">H, a multiple of 32.</param>
/// <param name="layers">Layers; with none the stack passes its input on and leaves nothing.</param>
internal sealed class VectorStack(int first, int inputs, int units, int layers)
{
    private const int Panel = Panels.Width;

    /// <summary>Numbers that the forward pass leaves for the backward pass: the layers' outputs in order.</summary>
    internal int SavedLength => layers * HiddenLength;

    /// <summary>Numbers of scratch that <see cref="Backward"/> wants.</summary>
    internal int ScratchLength => HiddenLength + DenseGradients.ScratchLength(Math.Max(inputs, units), units);

    private int HiddenLength => units * Panel;

    /// <summary>Applies the stack.</summary>
    /// <param name="x">[C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers.</param>
    internal void Forward(ReadOnlySpan<float> x, in LayerMemory weights, Span<float> saved)
    {
        ReadOnlySpan<float> h = x;
        int width = inputs;
        for (int layer = 0; layer < layers; layer++)
        {
            Span<float> next = saved.Slice(layer * HiddenLength, HiddenLength);
            PanelOperations.Broadcast(weights.Bias(first + layer), next);
            MatrixProduct.AddTo(weights.Weight(first + layer), width, 1, h, next, Panel, units, width);
            PanelOperations.Relu(next);
            h = next;
            width = units;
        }
    }

    /// <summary>Adds the gradients to what their receivers hold.</summary>
    /// <param name="x">[C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="hiddenGradient">Gradient of the loss by the output, [H, 32]; it is used as room.</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="below">Receives the gradient by the input, [C, 32]; empty when it is not wanted.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Backward(
        ReadOnlySpan<float> x, in LayerMemory weights, ReadOnlySpan<float> saved, Span<float> hiddenGradient, in LayerMemory gradients,
        Span<float> below, Span<float> scratch)
    {
        Span<float> other = scratch[..HiddenLength];
        scratch = scratch[HiddenLength..];
        for (int layer = layers - 1; layer >= 0; layer--)
        {
            int width = layer == 0 ? inputs : units;
            ReadOnlySpan<float> under = layer == 0 ? x : saved.Slice((layer - 1) * HiddenLength, HiddenLength);
            PanelOperations.ReluBackward(hiddenGradient, saved.Slice(layer * HiddenLength, HiddenLength));
            DenseGradients.AddWeights(hiddenGradient, under, gradients.Weight(first + layer), width, units, width, scratch);
            PanelOperations.AddRowSums(hiddenGradient, gradients.Bias(first + layer));
            if (layer == 0)
            {
                if (!below.IsEmpty)
                {
                    MatrixProduct.AddTo(weights.Weight(first), 1, inputs, hiddenGradient, below, Panel, inputs, units);
                }

                return;
            }

            other.Clear();
            MatrixProduct.AddTo(weights.Weight(first + layer), 1, units, hiddenGradient, other, Panel, units, units);
            Span<float> swap = hiddenGradient;
            hiddenGradient = other;
            other = swap;
        }

        PanelOperations.Add(hiddenGradient, below);
    }
}
