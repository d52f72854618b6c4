using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// Group normalisation (Wu and He 2018) of panels of 32 images, [C, H, W, 32], with the activation before or behind it, and the gradients.
/// </summary>
/// <remarks>All widths give the same bits.</remarks>
public static class PanelNormalisation
{
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
        Require.Reaches(scale, shape.Channels);
        Require.Reaches(shift, shape.Channels);
        Require.Reaches(result, shape.Length);
        Require.Reaches(saved, shape.SavedLength);
        if (MatrixProduct.IsWide)
        {
            NormalisationLoops<WideLanes, Vector512<float>, Vector512<uint>>.Forward(
                shape, activation, image, scale, shift, result, saved);
        }
        else
        {
            NormalisationLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Forward(
                shape, activation, image, scale, shift, result, saved);
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
        Require.Reaches(scale, shape.Channels);
        Require.Reaches(shift, shape.Channels);
        Require.Reaches(saved, shape.SavedLength);
        Require.Reaches(resultGradient, shape.Length);
        Require.Reaches(imageGradient, shape.Length);
        if (MatrixProduct.IsWide)
        {
            NormalisationLoops<WideLanes, Vector512<float>, Vector512<uint>>.Backward(
                shape, activation, image, scale, shift, saved, resultGradient, scaleGradient, shiftGradient, imageGradient);
        }
        else
        {
            NormalisationLoops<NarrowLanes, Vector256<float>, Vector256<uint>>.Backward(
                shape, activation, image, scale, shift, saved, resultGradient, scaleGradient, shiftGradient, imageGradient);
        }
    }
}
