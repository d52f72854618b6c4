using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>What importance weights say about J sets of draws.</summary>
/// <param name="Weights">Normalised weights, float64, [J, S]; every row sums to one, or is zero when no draw is possible.</param>
/// <param name="EffectiveShare"><see cref="EffectiveSampleSize"/> over the number of draws, in [0, 1], for every set.</param>
/// <param name="LogEvidence">Logarithm of the mean weight: estimates the logarithm of the target's integral; negative infinity when no draw
/// is possible.</param>
/// <param name="LogEvidenceError">Standard error of <paramref name="LogEvidence"/> by the delta method, from the spread of the
/// weights.</param>
public sealed record ImportanceResult(Tensor Weights, double[] EffectiveShare, double[] LogEvidence, double[] LogEvidenceError)
    : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();
}
