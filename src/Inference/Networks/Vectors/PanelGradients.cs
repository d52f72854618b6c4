using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>Gradients by the weights of a layer, from panels (<see cref="Panels"/>) of slopes and of the layer below.</summary>
internal static class PanelGradients
{
    private const int Panel = Panels.Width;

    /// <summary>Numbers of scratch that <see cref="AddWeights"/> wants; 32 C are enough where C is a multiple of 32.</summary>
    /// <param name="inputs">C.</param>
    /// <param name="units">H.</param>
    internal static int ScratchLength(int inputs, int units) => (Panels.RoundUp(inputs) + units) * Panel;

    /// <summary>gradient [H, C] += slopes times the transposed layer below.</summary>
    /// <param name="slopes">[H, 32].</param>
    /// <param name="below">[C, 32].</param>
    /// <param name="gradient">Row i begins at i * <paramref name="stride"/>.</param>
    /// <param name="stride">Step between its rows, at least C.</param>
    /// <param name="units">H.</param>
    /// <param name="inputs">C.</param>
    /// <param name="scratch">As many numbers as <see cref="ScratchLength"/> says.</param>
    internal static void AddWeights(
        ReadOnlySpan<float> slopes, ReadOnlySpan<float> below, Span<float> gradient, int stride, int units, int inputs, Span<float> scratch)
    {
        Span<float> turned = scratch[..(Panels.RoundUp(inputs) * Panel)];
        if (inputs % Panel == 0)
        {
            Panels.Turn(below, turned, inputs);
            AddTurned(slopes, turned, gradient, stride, units, inputs);
        }
        else
        {
            Panels.TurnNarrow(below, turned, inputs);
            AddTurnedNarrow(slopes, turned, gradient, stride, scratch.Slice(turned.Length, units * Panel), units, inputs);
        }
    }

    /// <summary>The same from the turned layer below, for a number of columns that is a multiple of 32.</summary>
    private static void AddTurned(
        ReadOnlySpan<float> slopes, ReadOnlySpan<float> turned, Span<float> gradient, int stride, int rows, int columns)
    {
        for (int j = 0; j < columns; j += Panel)
        {
            MatrixProduct.AddTo(slopes, Panel, 1, turned.Slice(j * Panel, Panel * Panel), gradient[j..], stride, rows, Panel);
        }
    }

    /// <summary>The same for any number of columns; <paramref name="block"/> is scratch, [rows, 32].</summary>
    private static void AddTurnedNarrow(
        ReadOnlySpan<float> slopes, ReadOnlySpan<float> turned, Span<float> gradient, int stride, Span<float> block, int rows, int columns)
    {
        for (int j = 0; j < columns; j += Panel)
        {
            block.Clear();
            MatrixProduct.AddTo(slopes, Panel, 1, turned.Slice(j * Panel, Panel * Panel), block, Panel, rows, Panel);
            int width = Math.Min(Panel, columns - j);
            for (int i = 0; i < rows; i++)
            {
                for (int k = 0; k < width; k++)
                {
                    gradient[i * stride + j + k] += block[i * Panel + k];
                }
            }
        }
    }
}
