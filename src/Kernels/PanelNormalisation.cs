using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Group normalisation (Wu and He 2018) of panels of 32 images, [C, H, W, 32], with the activation before or behind it, and the gradients.
/// </summary>
/// <remarks>These loops wait for memory and gain nothing from wider vectors.</remarks>
public static class PanelNormalisation
{
    private const int Width = Panels.Width;

    /// <summary>Normalises.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="activation">What is before or behind.</param>
    /// <param name="image">[C, positions, 32].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="result">Receives as many numbers.</param>
    /// <param name="saved">Receives what the backward pass needs.</param>
    /// <exception cref="ArgumentOutOfRangeException">An operand is too short.</exception>
    public static void Forward(
        in GroupNormalisationShape shape, NormalisedActivation activation, ReadOnlySpan<float> image, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift, Span<float> result, Span<float> saved)
    {
        Require.Reaches(image, shape.Length);
        Require.Reaches(result, shape.Length);
        Require.Reaches(saved, shape.SavedLength);
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
    /// <exception cref="ArgumentOutOfRangeException">An operand is too short.</exception>
    public static void Backward(
        in GroupNormalisationShape shape, NormalisedActivation activation, ReadOnlySpan<float> image, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift, ReadOnlySpan<float> saved, ReadOnlySpan<float> resultGradient, Span<float> scaleGradient,
        Span<float> shiftGradient, Span<float> imageGradient)
    {
        Require.Reaches(image, shape.Length);
        Require.Reaches(resultGradient, shape.Length);
        Require.Reaches(imageGradient, shape.Length);
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
        float share = (float)Width / group.Length;
        ref float x = ref MemoryMarshal.GetReference(group);
        for (int lane = 0; lane < Width; lane += 16)
        {
            Vector256<float> left = default, right = default;
            for (int first = 0; first < group.Length; first += channel)
            {
                Vector256<float> l = default, r = default;
                for (nuint i = (nuint)(first + lane), end = (nuint)(first + channel); i < end; i += Width)
                {
                    Vector256<float> a = Vector256.LoadUnsafe(ref x, i), b = Vector256.LoadUnsafe(ref x, i + 8);
                    l += relu ? Vector256.Max(a, default) : a;
                    r += relu ? Vector256.Max(b, default) : b;
                }

                left += l;
                right += r;
            }

            left *= share;
            right *= share;
            left.CopyTo(mean[lane..]);
            right.CopyTo(mean[(lane + 8)..]);
            Vector256<float> leftSquares = default, rightSquares = default;
            for (int first = 0; first < group.Length; first += channel)
            {
                Vector256<float> l = default, r = default;
                for (nuint i = (nuint)(first + lane), end = (nuint)(first + channel); i < end; i += Width)
                {
                    Vector256<float> a = Vector256.LoadUnsafe(ref x, i), b = Vector256.LoadUnsafe(ref x, i + 8);
                    a = (relu ? Vector256.Max(a, default) : a) - left;
                    b = (relu ? Vector256.Max(b, default) : b) - right;
                    l = Vector256.FusedMultiplyAdd(a, a, l);
                    r = Vector256.FusedMultiplyAdd(b, b, r);
                }

                leftSquares += l;
                rightSquares += r;
            }

            Vector256<float> more = Vector256.Create(epsilon);
            (Vector256<float>.One / Vector256.Sqrt(leftSquares * share + more)).CopyTo(inverse[lane..]);
            (Vector256<float>.One / Vector256.Sqrt(rightSquares * share + more)).CopyTo(inverse[(lane + 8)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(
        ReadOnlySpan<float> channel, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse, float scale, float shift,
        NormalisedActivation activation, Span<float> result)
    {
        bool relu = activation == NormalisedActivation.ReluBefore, swish = activation == NormalisedActivation.SwishBehind;
        ref float x = ref MemoryMarshal.GetReference(channel), y = ref MemoryMarshal.GetReference(result);
        for (int lane = 0; lane < Width; lane += 8)
        {
            Vector256<float> m = Vector256.Create(mean[lane..]), factor = Vector256.Create(inverse[lane..]) * scale;
            Vector256<float> b = Vector256.Create(shift);
            for (nuint i = (nuint)lane; i < (nuint)channel.Length; i += Width)
            {
                Vector256<float> v = Vector256.LoadUnsafe(ref x, i);
                v = Vector256.FusedMultiplyAdd((relu ? Vector256.Max(v, default) : v) - m, factor, b);
                (swish ? v * VectorMath.Sigmoid(v) : v).StoreUnsafe(ref y, i);
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
        ref float dx = ref MemoryMarshal.GetReference(gradient);
        for (int lane = 0; lane < Width; lane += 8)
        {
            Vector256<float> m = Vector256.Create(mean[lane..]), r = Vector256.Create(inverse[lane..]);
            Vector256<float> a = Vector256.Create(scale), b = Vector256.Create(shift), sum = default, products = default;
            for (nuint i = (nuint)lane; i < (nuint)channel.Length; i += Width)
            {
                Vector256<float> v = Vector256.LoadUnsafe(ref x, i), d = Vector256.LoadUnsafe(ref dy, i);
                v = ((relu ? Vector256.Max(v, default) : v) - m) * r;
                if (swish)
                {
                    Vector256<float> z = Vector256.FusedMultiplyAdd(v, a, b), s = VectorMath.Sigmoid(z);
                    d *= s * Vector256.FusedMultiplyAdd(z, Vector256<float>.One - s, Vector256<float>.One);
                }

                sum += d;
                products = Vector256.FusedMultiplyAdd(d, v, products);
                d.StoreUnsafe(ref dx, i);
            }

            sum.CopyTo(sums[lane..]);
            products.CopyTo(sums[(Width + lane)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(
        ReadOnlySpan<float> channel, ReadOnlySpan<float> mean, ReadOnlySpan<float> inverse, float scale, NormalisedActivation activation,
        ReadOnlySpan<float> means, Span<float> gradient)
    {
        bool relu = activation == NormalisedActivation.ReluBefore;
        ref float x = ref MemoryMarshal.GetReference(channel), dx = ref MemoryMarshal.GetReference(gradient);
        for (int lane = 0; lane < Width; lane += 8)
        {
            Vector256<float> m = Vector256.Create(mean[lane..]), r = Vector256.Create(inverse[lane..]), a = Vector256.Create(scale);
            Vector256<float> level = Vector256.Create(means[lane..]), slope = Vector256.Create(means[(Width + lane)..]);
            for (nuint i = (nuint)lane; i < (nuint)channel.Length; i += Width)
            {
                Vector256<float> v = Vector256.LoadUnsafe(ref x, i), d = Vector256.LoadUnsafe(ref dx, i);
                Vector256<float> normalised = ((relu ? Vector256.Max(v, default) : v) - m) * r;
                d = r * (Vector256.FusedMultiplyAdd(d, a, -level) - normalised * slope);
                (relu ? d & Vector256.GreaterThan(v, default) : d).StoreUnsafe(ref dx, i);
            }
        }
    }
}
