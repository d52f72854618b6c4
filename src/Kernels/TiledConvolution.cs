using System.Runtime.InteropServices;

namespace Reproduce.Kernels;

/// <summary>The loops of a convolution whose pieces are transformed (<see cref="ITileTransform"/>), on one panel of 32 images.</summary>
/// <typeparam name="TTiles">The transform.</typeparam>
/// <typeparam name="TLanes">The vectors.</typeparam>
/// <typeparam name="TVector">A vector of float32 numbers.</typeparam>
/// <typeparam name="TWords">A vector of words.</typeparam>
internal static class TiledConvolution<TTiles, TLanes, TVector, TWords>
    where TTiles : struct, ITileTransform
    where TLanes : struct, ILanes<TVector, TWords>
    where TVector : struct
    where TWords : struct
{
    private const int Lanes = Panels.Width;

    // Numbers of a block's components that the second cache holds beside the kernel's, and most pieces of a block: longer products are no
    // faster.
    private const int BlockLength = 96 * 1024, MostTiles = 8;

    /// <summary>Applies a convolution.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="image">[Inputs, Height, Width, 32].</param>
    /// <param name="kernel">Components of the kernel, [Components, Outputs, Inputs].</param>
    /// <param name="bias">[Outputs, 32].</param>
    /// <param name="result">Receives [Outputs, OutputHeight, OutputWidth, 32].</param>
    internal static void Forward(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias, Span<float> result)
    {
        int inputs = shape.Inputs, outputs = shape.Outputs, most = MostTilesOf(shape);
        int inputStride = Stride(inputs, most), outputStride = Stride(outputs, most);
        Span<float> scratch = Scratch.Take(TTiles.Components * (inputStride + outputStride));
        Span<float> before = scratch[..(TTiles.Components * inputStride)], behind = scratch[(TTiles.Components * inputStride)..];
        foreach ((int first, int count) in Blocks(shape, most))
        {
            int columns = count * Lanes;
            Gather(shape, image, first, count, before, inputStride);
            for (int k = 0; k < TTiles.Components; k++)
            {
                MatrixProduct.Multiply<Identity>(
                    kernel.Slice(k * outputs * inputs, outputs * inputs), inputs, 1, before.Slice(k * inputStride, inputs * columns),
                    behind.Slice(k * outputStride, outputs * columns), columns, outputs, inputs, columns);
            }

            Spread(shape, behind, outputStride, bias, result, first, count);
        }
    }

    /// <summary>Gradients of a convolution.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="image">[Inputs, Height, Width, 32].</param>
    /// <param name="kernel">Components of the kernel, [Components, Outputs, Inputs].</param>
    /// <param name="resultGradient">[Outputs, OutputHeight, OutputWidth, 32].</param>
    /// <param name="kernelGradient">To which those by the kernel's components are added; empty when they are not wanted.</param>
    /// <param name="imageGradient">To which that by the image is added; empty when it is not wanted.</param>
    internal static void Backward(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> resultGradient,
        Span<float> kernelGradient, Span<float> imageGradient)
    {
        int inputs = shape.Inputs, outputs = shape.Outputs, most = MostTilesOf(shape), padded = Panels.RoundUp(inputs);
        int inputStride = Stride(inputs, most), outputStride = Stride(outputs, most), components = TTiles.Components;
        int sums = kernelGradient.IsEmpty || padded == inputs ? 0 : components * outputs * padded;
        Span<float> scratch = Scratch.Take(components * (inputStride + outputStride) + most * Lanes * padded + sums);
        Span<float> before = scratch[..(components * inputStride)], rest = scratch[(components * inputStride)..];
        Span<float> behind = rest[..(components * outputStride)], across = rest.Slice(behind.Length, most * Lanes * padded);
        Span<float> gradient = sums == 0 ? kernelGradient : rest[^sums..];
        across.Clear();
        if (sums > 0)
        {
            gradient.Clear();
        }

        foreach ((int first, int count) in Blocks(shape, most))
        {
            int columns = count * Lanes;
            SpreadBackward(shape, resultGradient, first, count, behind, outputStride);
            if (!kernelGradient.IsEmpty)
            {
                Gather(shape, image, first, count, before, inputStride);
            }

            for (int k = 0; k < components; k++)
            {
                ReadOnlySpan<float> outer = behind.Slice(k * outputStride, outputs * columns);
                Span<float> inner = before.Slice(k * inputStride, inputs * columns);
                if (!kernelGradient.IsEmpty)
                {
                    MatrixOperations.Transpose(inner, inputs, columns, columns, across, padded);
                    MatrixProduct.Multiply<Accumulate>(
                        outer, columns, 1, across, gradient.Slice(k * outputs * padded, outputs * padded), padded,
                        outputs, columns, padded);
                }

                if (!imageGradient.IsEmpty)
                {
                    MatrixProduct.Multiply<Identity>(
                        kernel.Slice(k * outputs * inputs, outputs * inputs), 1, inputs, outer, inner, columns, inputs, outputs, columns);
                }
            }

            if (!imageGradient.IsEmpty)
            {
                GatherBackward(shape, before, inputStride, imageGradient, first, count);
            }
        }

        for (int row = 0; sums > 0 && row < components * outputs; row++)
        {
            for (int i = 0; i < inputs; i++)
            {
                kernelGradient[row * inputs + i] += gradient[row * padded + i];
            }
        }
    }

    private static int TilesAcross(in ConvolutionShape shape) => (shape.OutputWidth + TTiles.TileSide - 1) / TTiles.TileSide;

    private static int Tiles(in ConvolutionShape shape) =>
        TilesAcross(shape) * ((shape.OutputHeight + TTiles.TileSide - 1) / TTiles.TileSide);

    private static int MostTilesOf(in ConvolutionShape shape) =>
        Math.Clamp(BlockLength / (TTiles.Components * (shape.Inputs + shape.Outputs) * Lanes), 1, Math.Min(MostTiles, Tiles(shape)));

    // A cache line more than needed: without it all components of a pixel would fall into the same set of the first cache.
    private static int Stride(int channels, int tiles) => channels * tiles * Lanes + CacheLine.Floats;

    private static IEnumerable<(int First, int Count)> Blocks(ConvolutionShape shape, int most)
    {
        int tiles = Tiles(shape);
        for (int first = 0; first < tiles; first += most)
        {
            yield return (first, Math.Min(most, tiles - first));
        }
    }

    private static TileWindow Patch(in ConvolutionShape shape, int tile)
    {
        int across = TilesAcross(shape), top = tile / across * TTiles.TileSide, left = tile % across * TTiles.TileSide;
        return TileWindow.Of(top - shape.Before, left - shape.Before, TTiles.PatchSide, shape.Height, shape.Width);
    }

    private static TileWindow Tile(in ConvolutionShape shape, int tile)
    {
        int across = TilesAcross(shape), top = tile / across * TTiles.TileSide, left = tile % across * TTiles.TileSide;
        return TileWindow.Of(top, left, TTiles.TileSide, shape.OutputHeight, shape.OutputWidth);
    }

    private static void Gather(
        in ConvolutionShape shape, ReadOnlySpan<float> image, int first, int count, Span<float> components, int stride)
    {
        int channel = shape.Height * shape.Width * Lanes;
        Span<TileWindow> windows = stackalloc TileWindow[MostTiles];
        for (int t = 0; t < count; t++)
        {
            windows[t] = Patch(shape, first + t);
        }

        for (int c = 0; c < shape.Inputs; c++)
        {
            for (int t = 0; t < count; t++)
            {
                TTiles.Gather<TLanes, TVector, TWords>(
                    ref MemoryMarshal.GetReference(image.Slice(c * channel, channel)), windows[t],
                    ref components[(c * count + t) * Lanes], stride);
            }
        }
    }

    private static void GatherBackward(
        in ConvolutionShape shape, Span<float> components, int stride, Span<float> image, int first, int count)
    {
        int channel = shape.Height * shape.Width * Lanes;
        Span<TileWindow> windows = stackalloc TileWindow[MostTiles];
        for (int t = 0; t < count; t++)
        {
            windows[t] = Patch(shape, first + t);
        }

        for (int c = 0; c < shape.Inputs; c++)
        {
            for (int t = 0; t < count; t++)
            {
                TTiles.GatherBackward<TLanes, TVector, TWords>(
                    ref components[(c * count + t) * Lanes], stride, ref image[c * channel], windows[t]);
            }
        }
    }

    private static void Spread(
        in ConvolutionShape shape, Span<float> components, int stride, ReadOnlySpan<float> bias, Span<float> image, int first, int count)
    {
        int channel = shape.OutputHeight * shape.OutputWidth * Lanes;
        Span<TileWindow> windows = stackalloc TileWindow[MostTiles];
        for (int t = 0; t < count; t++)
        {
            windows[t] = Tile(shape, first + t);
        }

        for (int c = 0; c < shape.Outputs; c++)
        {
            for (int t = 0; t < count; t++)
            {
                TTiles.Spread<TLanes, TVector, TWords>(
                    ref components[(c * count + t) * Lanes], stride, ref MemoryMarshal.GetReference(bias.Slice(c * Lanes, Lanes)),
                    ref image[c * channel], windows[t]);
            }
        }
    }

    private static void SpreadBackward(
        in ConvolutionShape shape, ReadOnlySpan<float> image, int first, int count, Span<float> components, int stride)
    {
        int channel = shape.OutputHeight * shape.OutputWidth * Lanes;
        Span<TileWindow> windows = stackalloc TileWindow[MostTiles];
        for (int t = 0; t < count; t++)
        {
            windows[t] = Tile(shape, first + t);
        }

        for (int c = 0; c < shape.Outputs; c++)
        {
            for (int t = 0; t < count; t++)
            {
                TTiles.SpreadBackward<TLanes, TVector, TWords>(
                    ref MemoryMarshal.GetReference(image.Slice(c * channel, channel)), windows[t],
                    ref components[(c * count + t) * Lanes], stride);
            }
        }
    }
}
