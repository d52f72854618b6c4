using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Reproduce.Kernels;

/// <summary>The loops of a <see cref="PanelNormalisation"/>.</summary>
/// <typeparam name="TLanes">Operations.</typeparam>
/// <typeparam name="TVector">Vector of numbers.</typeparam>
/// <typeparam name="TWords">Vector of words.</typeparam>
internal static class NormalisationLoops<TLanes, TVector, TWords>
    where TLanes : struct, ILanes<TVector, TWords>
    where TVector : struct
    where TWords : struct
{
    private const int Width = Panels.Width;

    /// <summary>Normalises.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="activation">What is before or behind.</param>
    /// <param name="image">[C, positions, 32].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="result">Receives as many numbers.</param>
    /// <param name="saved">Receives means and one over the deviations.</param>
    internal static void Forward(
        in GroupNormalisationShape shape, NormalisedActivation activation, ReadOnlySpan<float> image, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift, Span<float> result, Span<float> saved)
    {
        int channel = shape.Positions * Width, group = shape.GroupChannels * channel;
        for (int g = 0; g < shape.Groups; g++)
        {
            Span<float> mean = saved.Slice(2 * g * Width, Width), inverse = saved.Slice((2 * g + 1) * Width, Width);
            ReadOnlySpan<float> own = image.Slice(g * group, group);
            Moments(own, channel, activation, shape.Epsilon, mean, inverse);
            for (int c = 0; c < shape.GroupChannels; c++)
            {
                int all = g * shape.GroupChannels + c;
                Apply(
                    own.Slice(c * channel, channel), mean, inverse, scale[all], shift[all], activation,
                    result.Slice(all * channel, channel));
            }
        }
    }

    /// <summary>Gradients.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="activation">What is before or behind.</param>
    /// <param name="image">[C, positions, 32].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="saved">What the forward pass left.</param>
    /// <param name="resultGradient">Gradient of the loss by the result.</param>
    /// <param name="scaleGradient">To which that by the scales is added.</param>
    /// <param name="shiftGradient">To which that by the shifts is added.</param>
    /// <param name="imageGradient">Receives that by the image.</param>
    internal static void Backward(
        in GroupNormalisationShape shape, NormalisedActivation activation, ReadOnlySpan<float> image, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift, ReadOnlySpan<float> saved, ReadOnlySpan<float> resultGradient, Span<float> scaleGradient,
        Span<float> shiftGradient, Span<float> imageGradient)
    {
        int channel = shape.Positions * Width;
        Span<float> sums = stackalloc float[2 * Width], whole = stackalloc float[2 * Width];
        for (int g = 0; g < shape.Groups; g++)
        {
            ReadOnlySpan<float> mean = saved.Slice(2 * g * Width, Width), inverse = saved.Slice((2 * g + 1) * Width, Width);
            whole.Clear();
            for (int c = g * shape.GroupChannels; c < (g + 1) * shape.GroupChannels; c++)
            {
                // What the gradient is behind the activation stands in its receiver for a moment.
                int at = c * channel;
                Differentiate(
                    image.Slice(at, channel), mean, inverse, scale[c], shift[c], activation, resultGradient.Slice(at, channel),
                    imageGradient.Slice(at, channel), sums);
                for (int n = 0; n < Width; n++)
                {
                    shiftGradient[c] += sums[n];
                    scaleGradient[c] += sums[Width + n];
                }

                for (int n = 0; n < 2 * Width; n++)
                {
                    whole[n] += scale[c] * sums[n];
                }
            }

            float share = 1f / (shape.GroupChannels * shape.Positions);
            for (int n = 0; n < 2 * Width; n++)
            {
                whole[n] *= share;
            }

            for (int c = g * shape.GroupChannels; c < (g + 1) * shape.GroupChannels; c++)
            {
                int at = c * channel;
                Finish(image.Slice(at, channel), mean, inverse, scale[c], activation, whole, imageGradient.Slice(at, channel));
            }
        }
    }

    // Means and one over the deviations of 32 images over a group. Sums are of a channel first: one long sum would lose digits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Moments(
        ReadOnlySpan<float> group, int channel, NormalisedActivation activation, float epsilon, Span<float> mean, Span<float> inverse)
    {
        bool relu = activation == NormalisedActivation.ReluBefore;
        TVector share = TLanes.Create((float)Width / group.Length), zero = default;
        ref float x = ref MemoryMarshal.GetReference(group);
        for (nuint lane = 0; lane < Width; lane += 2 * TLanes.Count)
        {
            nuint other = TLanes.Count;
            TVector left = default, right = default;
            for (int first = 0; first < group.Length; first += channel)
            {
                TVector l = default, r = default;
                for (nuint i = (nuint)first + lane, end = (nuint)(first + channel); i < end; i += Width)
                {
                    TVector a = TLanes.Load(ref x, i), b = TLanes.Load(ref x, i + other);
                    l = TLanes.Add(l, relu ? TLanes.Max(a, zero) : a);
                    r = TLanes.Add(r, relu ? TLanes.Max(b, zero) : b);
                }

                left = TLanes.Add(left, l);
                right = TLanes.Add(right, r);
            }

            left = TLanes.Multiply(left, share);
            right = TLanes.Multiply(right, share);
            TLanes.Store(left, ref MemoryMarshal.GetReference(mean), lane);
            TLanes.Store(right, ref MemoryMarshal.GetReference(mean), lane + other);
            TVector leftSquares = default, rightSquares = default;
            for (int first = 0; first < group.Length; first += channel)
            {
                TVector l = default, r = default;
                for (nuint i = (nuint)first + lane, end = (nuint)(first + channel); i < end; i += Width)
                {
                    TVector a = TLanes.Load(ref x, i), b = TLanes.Load(ref x, i + other);
                    a = TLanes.Subtract(relu ? TLanes.Max(a, zero) : a, left);
                    b = TLanes.Subtract(relu ? TLanes.Max(b, zero) : b, right);
                    l = TLanes.MultiplyAdd(a, a, l);
                    r = TLanes.MultiplyAdd(b, b, r);
                }

                leftSquares = TLanes.Add(leftSquares, l);
                rightSquares = TLanes.Add(rightSquares, r);
            }

            TVector more = TLanes.Create(epsilon), one = TLanes.Create(1f);
            TVector leftDeviation = TLanes.Sqrt(TLanes.Add(TLanes.Multiply(leftSquares, share), more));
            TVector rightDeviation = TLanes.Sqrt(TLanes.Add(TLanes.Multiply(rightSquares, share), more));
            TLanes.Store(TLanes.Divide(one, leftDeviation), ref MemoryMarshal.GetReference(inverse), lane);
            TLanes.Store(TLanes.Divide(one, rightDeviation), ref MemoryMarshal.GetReference(inverse), lane + other);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(
        ReadOnlySpan<float> channel, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse, float scale, float shift,
        NormalisedActivation activation, Span<float> result)
    {
        bool relu = activation == NormalisedActivation.ReluBefore, swish = activation == NormalisedActivation.SwishBehind;
        ref float x = ref MemoryMarshal.GetReference(channel), y = ref MemoryMarshal.GetReference(result);
        for (nuint lane = 0; lane < Width; lane += TLanes.Count)
        {
            TVector m = Of(mean, lane), factor = TLanes.Multiply(Of(inverse, lane), TLanes.Create(scale));
            TVector b = TLanes.Create(shift), zero = default;
            for (nuint i = lane; i < (nuint)channel.Length; i += Width)
            {
                TVector v = TLanes.Load(ref x, i);
                v = TLanes.MultiplyAdd(TLanes.Subtract(relu ? TLanes.Max(v, zero) : v, m), factor, b);
                TLanes.Store(swish ? TLanes.Multiply(v, TLanes.Sigmoid(v)) : v, ref y, i);
            }
        }
    }

    // The gradient behind the normalisation, its sums over the channel, and those of its products with the normalised numbers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate(
        ReadOnlySpan<float> channel, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse, float scale, float shift,
        NormalisedActivation activation, ReadOnlySpan<float> resultGradient, Span<float> gradient, Span<float> sums)
    {
        bool relu = activation == NormalisedActivation.ReluBefore, swish = activation == NormalisedActivation.SwishBehind;
        ref float x = ref MemoryMarshal.GetReference(channel), dy = ref MemoryMarshal.GetReference(resultGradient);
        ref float dx = ref MemoryMarshal.GetReference(gradient), to = ref MemoryMarshal.GetReference(sums);
        TVector a = TLanes.Create(scale), b = TLanes.Create(shift), one = TLanes.Create(1f), zero = default;
        for (nuint lane = 0; lane < Width; lane += TLanes.Count)
        {
            TVector m = Of(mean, lane), r = Of(inverse, lane), sum = default, products = default;
            for (nuint i = lane; i < (nuint)channel.Length; i += Width)
            {
                TVector v = TLanes.Load(ref x, i), d = TLanes.Load(ref dy, i);
                v = TLanes.Multiply(TLanes.Subtract(relu ? TLanes.Max(v, zero) : v, m), r);
                if (swish)
                {
                    TVector z = TLanes.MultiplyAdd(v, a, b), s = TLanes.Sigmoid(z);
                    d = TLanes.Multiply(d, TLanes.Multiply(s, TLanes.MultiplyAdd(z, TLanes.Subtract(one, s), one)));
                }

                sum = TLanes.Add(sum, d);
                products = TLanes.MultiplyAdd(d, v, products);
                TLanes.Store(d, ref dx, i);
            }

            TLanes.Store(sum, ref to, lane);
            TLanes.Store(products, ref to, Width + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(
        ReadOnlySpan<float> channel, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse, float scale, NormalisedActivation activation,
        ReadOnlySpan<float> means, Span<float> gradient)
    {
        bool relu = activation == NormalisedActivation.ReluBefore;
        ref float x = ref MemoryMarshal.GetReference(channel), dx = ref MemoryMarshal.GetReference(gradient);
        TVector a = TLanes.Create(scale), zero = default;
        for (nuint lane = 0; lane < Width; lane += TLanes.Count)
        {
            TVector m = Of(mean, lane), r = Of(inverse, lane), slope = Of(means, Width + lane);
            TVector level = TLanes.Subtract(zero, Of(means, lane));
            for (nuint i = lane; i < (nuint)channel.Length; i += Width)
            {
                TVector v = TLanes.Load(ref x, i), d = TLanes.Load(ref dx, i);
                TVector normalised = TLanes.Multiply(TLanes.Subtract(relu ? TLanes.Max(v, zero) : v, m), r);
                d = TLanes.Multiply(r, TLanes.Subtract(TLanes.MultiplyAdd(d, a, level), TLanes.Multiply(normalised, slope)));
                TLanes.Store(relu ? TLanes.WherePositive(d, v) : d, ref dx, i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Of(ReadOnlySpan<float> numbers, nuint at) => TLanes.Load(ref MemoryMarshal.GetReference(numbers), at);
}
