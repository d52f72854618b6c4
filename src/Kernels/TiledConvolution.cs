using System.Runtime.CompilerServices;
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(
        in ConvolutionShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> kernel, ReadOnlySpan<float> bias, Span<float> result)
    {
        int inputs = shape.Inputs, outputs = shape.Outputs, most = MostTilesOf(shape);
        int inputStride = Stride(inputs, most), outputStride = Stride(outputs, most);
        Span<float> scratch = Scratch.Take(TTiles.Components * (inputStride + outputStride));
        Span<float> before = scratch[..(TTiles.Components * inputStride)], behind = scratch[(TTiles.Components * inputStride)..];
        Span<TileWindow> patches = stackalloc TileWindow[MostTiles], tiles = stackalloc TileWindow[MostTiles];
        foreach ((int first, int count) in Blocks(shape, most))
        {
            int columns = count * Lanes;
            Place(shape, first, count, patches, tiles);
            Gather(image[..shape.InputLength], inputs, patches[..count], before, inputStride);
            for (int k = 0; k < TTiles.Components; k++)
            {
                MatrixProduct.Multiply<Identity>(
                    kernel.Slice(k * outputs * inputs, outputs * inputs), inputs, 1, before.Slice(k * inputStride, inputs * columns),
                    behind.Slice(k * outputStride, outputs * columns), columns, outputs, inputs, columns);
            }

            Spread(behind, outputStride, bias, result[..shape.OutputLength], outputs, tiles[..count]);
        }
    }

    /// <summary>Gradients of a convolution.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="image">[Inputs, Height, Width, 32].</param>
    /// <param name="kernel">Components of the kernel, [Components, Outputs, Inputs].</param>
    /// <param name="resultGradient">[Outputs, OutputHeight, OutputWidth, 32].</param>
    /// <param name="kernelGradient">To which those by the kernel's components are added; empty when they are not wanted.</param>
    /// <param name="imageGradient">Receives that by the image; empty when it is not wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        if (TTiles.PatchesOverlap)
        {
            imageGradient.Clear();
        }

        Span<TileWindow> patches = stackalloc TileWindow[MostTiles], tiles = stackalloc TileWindow[MostTiles];
        foreach ((int first, int count) in Blocks(shape, most))
        {
            int columns = count * Lanes;
            Place(shape, first, count, patches, tiles);
            SpreadBackward(resultGradient[..shape.OutputLength], outputs, tiles[..count], behind, outputStride);
            if (!kernelGradient.IsEmpty)
            {
                Gather(image[..shape.InputLength], inputs, patches[..count], before, inputStride);
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
                GatherBackward(before, inputStride, imageGradient[..shape.InputLength], inputs, patches[..count]);
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

    // Where the pieces of a block lie in the input and in the output.
    private static void Place(in ConvolutionShape shape, int first, int count, Span<TileWindow> patches, Span<TileWindow> tiles)
    {
        int across = TilesAcross(shape);
        for (int t = 0; t < count; t++)
        {
            int top = (first + t) / across * TTiles.TileSide, left = (first + t) % across * TTiles.TileSide;
            patches[t] = TileWindow.Of(top - shape.Before, left - shape.Before, TTiles.PatchSide, shape.Height, shape.Width);
            tiles[t] = TileWindow.Of(top, left, TTiles.TileSide, shape.OutputHeight, shape.OutputWidth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(
        ReadOnlySpan<float> image, int channels, ReadOnlySpan<TileWindow> patches, Span<float> components, int stride)
    {
        int channel = image.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            ref float from = ref MemoryMarshal.GetReference(image.Slice(c * channel, channel));
            for (int t = 0; t < patches.Length; t++)
            {
                TTiles.Gather<TLanes, TVector, TWords>(ref from, patches[t], ref components[(c * patches.Length + t) * Lanes], stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GatherBackward(
        Span<float> components, int stride, Span<float> image, int channels, ReadOnlySpan<TileWindow> patches)
    {
        int channel = image.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            ref float to = ref image[c * channel];
            for (int t = 0; t < patches.Length; t++)
            {
                TTiles.GatherBackward<TLanes, TVector, TWords>(
                    ref components[(c * patches.Length + t) * Lanes], stride, ref to, patches[t]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(
        Span<float> components, int stride, ReadOnlySpan<float> bias, Span<float> image, int channels, ReadOnlySpan<TileWindow> tiles)
    {
        int channel = image.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            ref float to = ref image[c * channel], shift = ref MemoryMarshal.GetReference(bias.Slice(c * Lanes, Lanes));
            for (int t = 0; t < tiles.Length; t++)
            {
                TTiles.Spread<TLanes, TVector, TWords>(
                    ref components[(c * tiles.Length + t) * Lanes], stride, ref shift, ref to, tiles[t]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpreadBackward(
        ReadOnlySpan<float> image, int channels, ReadOnlySpan<TileWindow> tiles, Span<float> components, int stride)
    {
        int channel = image.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            ref float from = ref MemoryMarshal.GetReference(image.Slice(c * channel, channel));
            for (int t = 0; t < tiles.Length; t++)
            {
                TTiles.SpreadBackward<TLanes, TVector, TWords>(ref from, tiles[t], ref components[(c * tiles.Length + t) * Lanes], stride);
            }
        }
    }
}
