namespace Reproduce.Kernels;

/// <summary>
/// The components of the kernels that <see cref="PanelConvolution"/> multiplies with, and the gradients: component c of a kernel w is the
/// sum over k of M(c, k) w(k) (<see cref="PanelConvolution.ComponentMatrix"/>).
/// </summary>
public static class ConvolutionComponents
{
    private const int Block = MatrixProduct.PanelColumns;

    // Of a kernel of 3 x 3.
    private const int Numbers = 9;

    private static readonly float[] s_matrix = [.. PanelConvolution.ComponentMatrix(3).Cast<float>()];

    private static int Rows => WinogradTiles.Components;

    /// <summary>The components.</summary>
    /// <param name="kernels">N kernels of 3 x 3, [N, 9].</param>
    /// <param name="components">Receives their components, [Components, N].</param>
    /// <exception cref="ArgumentOutOfRangeException">An operand is too short.</exception>
    public static void Forward(ReadOnlySpan<float> kernels, Span<float> components)
    {
        int count = kernels.Length / Numbers;
        Require.Reaches(components, checked(Rows * count));
        Span<float> across = stackalloc float[Numbers * Block], rest = stackalloc float[Rows * Block];
        for (int first = 0; first < count; first += Block)
        {
            int width = Math.Min(Block, count - first);
            MatrixOperations.Transpose(kernels[(first * Numbers)..], width, Numbers, Numbers, across, Block);
            bool whole = width == Block;
            MatrixProduct.Multiply<Identity>(
                s_matrix, Numbers, 1, across, whole ? components[first..] : rest, whole ? count : Block, Rows, Numbers, Block);
            for (int c = 0; c < Rows && !whole; c++)
            {
                rest.Slice(c * Block, width).CopyTo(components[(c * count + first)..]);
            }
        }
    }

    /// <summary>The gradients by the kernels.</summary>
    /// <param name="componentGradient">Gradient of the loss by the components, [Components, N].</param>
    /// <param name="gradient">Receives that by the kernels, [N, 9].</param>
    /// <exception cref="ArgumentOutOfRangeException">An operand is too short.</exception>
    public static void Backward(ReadOnlySpan<float> componentGradient, Span<float> gradient)
    {
        int count = gradient.Length / Numbers;
        Require.Reaches(componentGradient, checked(Rows * count));
        Span<float> across = stackalloc float[Numbers * Block], rest = stackalloc float[Rows * Block];
        for (int first = 0; first < count; first += Block)
        {
            int width = Math.Min(Block, count - first);
            bool whole = width == Block;
            for (int c = 0; c < Rows && !whole; c++)
            {
                componentGradient.Slice(c * count + first, width).CopyTo(rest[(c * Block)..]);
            }

            MatrixProduct.Multiply<Identity>(
                s_matrix, 1, Numbers, whole ? componentGradient[first..] : rest, across, Block, Numbers, Rows, Block,
                rightStride: whole ? count : Block);
            MatrixOperations.Transpose(across, Numbers, width, Block, gradient[(first * Numbers)..], Numbers);
        }
    }
}
