namespace Reproduce.Kernels;

/// <summary>Gradients by the weights of a dense layer, from panels (<see cref="Panels"/>) of gradients and of the layer below.</summary>
public static class DenseGradients
{
    private const int Panel = Panels.Width;

    /// <summary>Numbers of scratch that <see cref="AddWeights"/> wants; 32 C are enough where C is a multiple of 32.</summary>
    /// <param name="inputs">C.</param>
    /// <param name="units">H.</param>
    public static int ScratchLength(int inputs, int units) => (Panels.RoundUp(inputs) + units) * Panel;

    /// <summary>weights [H, C] += gradient times the transposed layer below.</summary>
    /// <param name="gradient">By the layer's affine output, [H, 32].</param>
    /// <param name="below">[C, 32].</param>
    /// <param name="weights">Gradient by the weights; row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="stride">Step between its rows, at least C.</param>
    /// <param name="units">H.</param>
    /// <param name="inputs">C.</param>
    /// <param name="scratch">As many numbers as <see cref="ScratchLength"/> says.</param>
    public static void AddWeights(
        ReadOnlySpan<float> gradient, ReadOnlySpan<float> below, Span<float> weights, int stride, int units, int inputs,
        Span<float> scratch)
    {
        Span<float> transposed = scratch[..(Panels.RoundUp(inputs) * Panel)];
        Panels.Transpose(below, transposed, inputs);
        for (int j = 0; j < inputs; j += Panel)
        {
            ReadOnlySpan<float> columns = transposed.Slice(j * Panel, Panel * Panel);
            if (inputs % Panel == 0)
            {
                MatrixProduct.AddTo(gradient, Panel, 1, columns, weights[j..], stride, units, Panel);
                continue;
            }

            // A row of the weights may end within the panel.
            Span<float> block = scratch.Slice(transposed.Length, units * Panel);
            block.Clear();
            MatrixProduct.AddTo(gradient, Panel, 1, columns, block, Panel, units, Panel);
            int width = Math.Min(Panel, inputs - j);
            for (int i = 0; i < units; i++)
            {
                for (int k = 0; k < width; k++)
                {
                    weights[i * stride + j + k] += block[i * Panel + k];
                }
            }
        }
    }
}
