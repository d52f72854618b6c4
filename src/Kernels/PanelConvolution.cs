using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Convolutions of panels of 32 images, [C, H, W, 32], and their gradients: 3 x 3 by 36 products of pieces for 16 pixels
/// (<see cref="WinogradTiles"/>), 1 x 1 as one product.
/// </summary>
/// <remarks>An image's numbers depend on no other image of its panel.</remarks>
public static class PanelConvolution
{
    /// <summary>
    /// The matrix that a kernel's components are products with, [Components, kernel kernel]: component c of a kernel w is the sum over k of
    /// row c times w, row by row.
    /// </summary>
    /// <param name="kernel">Its rows and columns, 1 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static float[,] ComponentMatrix(int kernel)
    {
        CheckKernel(kernel);
        if (kernel == 1)
        {
            return new float[,] { { 1 } };
        }

        double[,] values = WinogradTiles.Values();
        int side = values.GetLength(0);
        float[,] matrix = new float[side * side, kernel * kernel];
        for (int c = 0; c < matrix.GetLength(0); c++)
        {
            for (int k = 0; k < matrix.GetLength(1); k++)
            {
                matrix[c, k] = (float)(values[c / side, k / kernel] * values[c % side, k % kernel]);
            }
        }

        return matrix;
    }

    /// <summary>Components of a kernel.</summary>
    /// <param name="kernel">Its rows and columns, 1 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public static int Components(int kernel)
    {
        CheckKernel(kernel);
        return kernel == 1 ? PointTiles.Components : WinogradTiles.Components;
    }

    /// <summary>Applies a convolution.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="image">[Inputs, Height, Width, 32].</param>
    /// <param name="kernel">Components of the kernel, [Components, Outputs, Inputs].</param>
    /// <param name="bias">[Outputs, 32]: it may differ between the images.</param>
    /// <param name="result">Receives [Outputs, OutputHeight, OutputWidth, 32].</param>
    /// <exception cref="ArgumentOutOfRangeException">A kernel other than of 1 or 3, or an operand that is too short.</exception>
    public static void Forward(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias, Span<float> result)
    {
        Check(shape, image, kernel, result);
        Require.Reaches(bias, shape.Outputs * Panels.Width);
        if (shape.Kernel == 1)
        {
            Forward<PointTiles>(shape, image, kernel, bias, result);
        }
        else
        {
            Forward<WinogradTiles>(shape, image, kernel, bias, result);
        }
    }

    /// <summary>Gradients of a convolution.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="image">[Inputs, Height, Width, 32].</param>
    /// <param name="kernel">Components of the kernel, [Components, Outputs, Inputs].</param>
    /// <param name="resultGradient">Gradient of the loss by the result.</param>
    /// <param name="kernelGradient">To which that by the kernel's components is added; empty when it is not wanted.</param>
    /// <param name="biasGradient">Receives that by the bias, [Outputs, 32]; empty when it is not wanted.</param>
    /// <param name="imageGradient">Receives that by the image; empty when it is not wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">A kernel other than of 1 or 3, or an operand that is too short.</exception>
    public static void Backward(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> resultGradient,
        Span<float> kernelGradient, Span<float> biasGradient, Span<float> imageGradient)
    {
        Check(shape, image, kernel, resultGradient);
        if (!kernelGradient.IsEmpty)
        {
            Require.Reaches(kernelGradient, ComponentLength(shape));
        }

        if (!imageGradient.IsEmpty)
        {
            Require.Reaches(imageGradient, shape.InputLength);
        }

        if (shape.Kernel == 1)
        {
            Backward<PointTiles>(shape, image, kernel, resultGradient, kernelGradient, imageGradient);
        }
        else
        {
            Backward<WinogradTiles>(shape, image, kernel, resultGradient, kernelGradient, imageGradient);
        }

        if (!biasGradient.IsEmpty)
        {
            SumPositions(shape, resultGradient, biasGradient);
        }
    }

    private static void SumPositions(in ConvolutionShape shape, ReadOnlySpan<float> resultGradient, Span<float> biasGradient)
    {
        Require.Reaches(biasGradient, shape.Outputs * Panels.Width);
        int positions = shape.OutputHeight * shape.OutputWidth;
        for (int c = 0; c < shape.Outputs; c++)
        {
            SumPositions(
                resultGradient.Slice(c * positions * Panels.Width, positions * Panels.Width), positions,
                biasGradient.Slice(c * Panels.Width, Panels.Width));
        }
    }

    private static void SumPositions(ReadOnlySpan<float> channel, int positions, Span<float> sums)
    {
        int even = positions / 2 * 2;
        MatrixOperations.ColumnSums(channel, sums, even);
        for (int n = 0; even < positions && n < Panels.Width; n++)
        {
            sums[n] += channel[even * Panels.Width + n];
        }
    }

    private static void Forward<TTiles>(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias, Span<float> result)
        where TTiles : struct, ITileTransform
    {
        if (MatrixProduct.IsWide)
        {
            TiledConvolution<TTiles, WideLanes, Vector512<float>, Vector512<uint>>.Forward(shape, image, kernel, bias, result);
        }
        else
        {
            TiledConvolution<TTiles, NarrowLanes, Vector256<float>, Vector256<uint>>.Forward(shape, image, kernel, bias, result);
        }
    }

    private static void Backward<TTiles>(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> resultGradient,
        Span<float> kernelGradient, Span<float> imageGradient)
        where TTiles : struct, ITileTransform
    {
        if (MatrixProduct.IsWide)
        {
            TiledConvolution<TTiles, WideLanes, Vector512<float>, Vector512<uint>>.Backward(
                shape, image, kernel, resultGradient, kernelGradient, imageGradient);
        }
        else
        {
            TiledConvolution<TTiles, NarrowLanes, Vector256<float>, Vector256<uint>>.Backward(
                shape, image, kernel, resultGradient, kernelGradient, imageGradient);
        }
    }

    private static void Check(in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> result)
    {
        CheckKernel(shape.Kernel);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.OutputHeight, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.OutputWidth, 1, nameof(shape));
        Require.Reaches(image, shape.InputLength);
        Require.Reaches(kernel, ComponentLength(shape));
        Require.Reaches(result, shape.OutputLength);
    }

    // Numbers of all components of all kernels.
    private static int ComponentLength(in ConvolutionShape shape) => Components(shape.Kernel) * shape.Outputs * shape.Inputs;

    private static void CheckKernel(int kernel)
    {
        if (kernel is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "expected 1 or 3");
        }
    }
}
