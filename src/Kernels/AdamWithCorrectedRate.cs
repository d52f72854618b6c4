using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>
/// The form at the end of the paper's Section 2, as scikit-learn and Keras have it: the learning rate carries both corrections, epsilon
/// stands beside the uncorrected root.
/// </summary>
/// <remarks>Products and sums are rounded one by one.</remarks>
public readonly struct AdamWithCorrectedRate : IAdamForm
{
    /// <inheritdoc/>
    public static AdamFactors Factors(
        in AdamSettings settings, long step, double learningRate, double gradientFactor = 1, double weightDecay = 0) => new(
        (float)gradientFactor,
        (float)(learningRate * Math.Sqrt(1 - Math.Pow(settings.Beta2, step)) / (1 - Math.Pow(settings.Beta1, step))),
        1,
        (float)(1 - learningRate * weightDecay));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FirstMoment(
        Vector256<float> moment, Vector256<float> gradient, Vector256<float> beta, Vector256<float> rest) =>
        moment * beta + gradient * rest;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SecondMoment(
        Vector256<float> moment, Vector256<float> gradient, Vector256<float> beta, Vector256<float> rest) =>
        moment * beta + gradient * gradient * rest;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Move(
        Vector256<float> weight, Vector256<float> first, Vector256<float> deviation, Vector256<float> rate, Vector256<float> root,
        Vector256<float> epsilon) =>
        weight - first * rate / (deviation * root + epsilon);
}
