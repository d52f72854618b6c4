using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors.Sets;

/// <summary>The arithmetic of dense layers with a ReLU behind each (<see cref="DenseLayers"/>) and of their gradient on one panel (<see cref="Panels"/>).</summary>
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
    internal int ScratchLength => HiddenLength + PanelGradients.ScratchLength(Math.Max(inputs, units), units);

    private int HiddenLength => units * Panel;

    /// <summary>Applies the stack.</summary>
    /// <param name="x">[C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">Receives <see cref="SavedLength"/> numbers.</param>
    internal void Forward(ReadOnlySpan<float> x, in MlpMemory weights, Span<float> saved)
    {
        ReadOnlySpan<float> h = x;
        int width = inputs;
        for (int layer = 0; layer < layers; layer++)
        {
            Span<float> next = saved.Slice(layer * HiddenLength, HiddenLength);
            Panels.Spread(weights.Bias(first + layer), next, units);
            MatrixProduct.AddTo(weights.Weight(first + layer), width, 1, h, next, Panel, units, width);
            Panels.Rectify(next);
            h = next;
            width = units;
        }
    }

    /// <summary>Adds the gradients to what their receivers hold.</summary>
    /// <param name="x">[C, 32].</param>
    /// <param name="weights">The network's layers.</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="slope">Gradient of the loss by the output, [H, 32]; it is used as room.</param>
    /// <param name="gradients">Receive the gradients of the weights.</param>
    /// <param name="below">Receives the gradient by the input, [C, 32]; empty when it is not wanted.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void Backward(
        ReadOnlySpan<float> x, in MlpMemory weights, ReadOnlySpan<float> saved, Span<float> slope, in MlpMemory gradients,
        Span<float> below, Span<float> scratch)
    {
        Span<float> other = scratch[..HiddenLength];
        scratch = scratch[HiddenLength..];
        for (int layer = layers - 1; layer >= 0; layer--)
        {
            int width = layer == 0 ? inputs : units;
            ReadOnlySpan<float> under = layer == 0 ? x : saved.Slice((layer - 1) * HiddenLength, HiddenLength);
            Panels.WhereActive(slope, saved.Slice(layer * HiddenLength, HiddenLength));
            PanelGradients.AddWeights(slope, under, gradients.Weight(first + layer), width, units, width, scratch);
            Panels.AddRowSums(slope, gradients.Bias(first + layer), units);
            if (layer == 0)
            {
                if (!below.IsEmpty)
                {
                    MatrixProduct.AddTo(weights.Weight(first), 1, inputs, slope, below, Panel, inputs, units);
                }

                return;
            }

            other.Clear();
            MatrixProduct.AddTo(weights.Weight(first + layer), 1, units, slope, other, Panel, units, units);
            Span<float> swap = slope;
            slope = other;
            other = swap;
        }

        Panels.Add(slope, below);
    }
}
