using Reproduce.Kernels;

namespace Reproduce.Inference.Networks.Vectors;

/// <summary>Which rows of a batch a panel holds.</summary>
/// <param name="Rows">Rows of the batch, N.</param>
/// <param name="First">The panel's first row.</param>
/// <param name="Count">Rows of the batch in the panel, at most 32; the rest of the panel is zero.</param>
internal readonly record struct PanelWindow(int Rows, int First, int Count)
{
    /// <summary>The window of a panel.</summary>
    /// <param name="rows">N.</param>
    /// <param name="panel">From 0.</param>
    internal static PanelWindow Of(int rows, int panel) =>
        new(rows, panel * Panels.Width, Math.Min(Panels.Width, rows - panel * Panels.Width));

    /// <summary>The panel's rows of a batch that is stored row by row.</summary>
    /// <param name="batch">[N, width].</param>
    /// <param name="width">Numbers in a row.</param>
    internal Span<float> Of(Span<float> batch, int width) => batch.Slice(First * width, Count * width);

    /// <summary>The panel's rows of a batch that is stored row by row.</summary>
    /// <param name="batch">[N, width].</param>
    /// <param name="width">Numbers in a row.</param>
    internal ReadOnlySpan<float> Of(ReadOnlySpan<float> batch, int width) => batch.Slice(First * width, Count * width);
}
