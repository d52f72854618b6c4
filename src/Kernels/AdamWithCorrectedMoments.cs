using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reproduce.Kernels;

/// <summary>Algorithm 1 of the paper, as PyTorch has it: both moments are corrected, epsilon stands beside the corrected root.</summary>
/// <remarks>In fused multiply-adds.</remarks>
public readonly struct AdamWithCorrectedMoments : IAdamForm
{
    /// <inheritdoc/>
    public static AdamFactors Factors(
        in AdamSettings settings, long step, double learningRate, double gradientFactor = 1, double weightDecay = 0) => new(
        (float)gradientFactor,
        (float)(learningRate / (1 - Math.Pow(settings.Beta1, step))),
        (float)(1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, step))),
        (float)(1 - learningRate * weightDecay));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FirstMoment(
        Vector256<float> moment, Vector256<float> gradient, Vector256<float> beta, Vector256<float> rest) =>
        Vector256.FusedMultiplyAdd(rest, gradient - moment, moment);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SecondMoment(
        Vector256<float> moment, Vector256<float> gradient, Vector256<float> beta, Vector256<float> rest) =>
        Vector256.FusedMultiplyAdd(rest * gradient, gradient, moment * beta);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Move(
        Vector256<float> weight, Vector256<float> first, Vector256<float> deviation, Vector256<float> rate, Vector256<float> root,
        Vector256<float> epsilon) =>
        Vector256.FusedMultiplyAdd(-rate, first / Vector256.FusedMultiplyAdd(deviation, root, epsilon), weight);
}
