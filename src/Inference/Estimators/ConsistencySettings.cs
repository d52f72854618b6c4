using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Contracts;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Settings of <see cref="ConsistencyPosterior"/>; the defaults follow the paper's Appendix A, the switches the published script. Of
/// dropout masks the paper says nothing: that student and teacher share them by default follows Song and Dhariwal (2023).
/// </summary>
public sealed record ConsistencySettings : IValidatableObject
{
    /// <summary>Smallest noise level, eps.</summary>
    [Range(1e-12, 1.0)]
    public double SmallestTime { get; init; } = 0.001;

    /// <summary>Largest noise level, T.</summary>
    [Range(1e-6, 1e6)]
    public required double LargestTime { get; init; }

    /// <summary>Intervals between noise levels at the start of the curriculum, s0.</summary>
    [Range(1, 1_000_000)]
    public required int S0 { get; init; }

    /// <summary>Intervals at its end, s1.</summary>
    [Range(1, 1_000_000)]
    public required int S1 { get; init; }

    /// <summary>Curvature of the noise schedule.</summary>
    [Range(0.1, 100.0)]
    public double Rho { get; init; } = 7;

    /// <summary>Mean of the log noise level in training.</summary>
    public double LogTimeMean { get; init; } = -1.1;

    /// <summary>Standard deviation of the log noise level in training.</summary>
    [Range(1e-6, 1e6)]
    public double LogTimeDeviation { get; init; } = 2.0;

    /// <summary>
    /// sigma^2 of the skip connections for every dimension; when not given, the variance of the training parameters per dimension.
    /// </summary>
    [Range(1e-12, 1e12)]
    public double? ParameterVariance { get; init; }

    /// <summary>Switch: what the pseudo-Huber distance is taken of.</summary>
    public HuberNorm HuberNorm { get; init; } = HuberNorm.Vector;

    /// <summary>Switch: the published script uses N(k) as the number of intervals, one more than the paper's N(k) points have.</summary>
    public bool ExtraInterval { get; init; }

    /// <summary>Switch: in the published script every validation (one per epoch) advances the curriculum by a step.</summary>
    public bool ValidationAdvancesCurriculum { get; init; }

    /// <summary>Switch: in the published script sigma and sigma^2 are two independent trainable variables.</summary>
    public bool TrainableSigma { get; init; }

    /// <summary>Switch: in the published script the teacher draws dropout masks of its own.</summary>
    public bool IndependentTeacherDropout { get; init; }

    /// <summary>Switch: the published network never switches dropout off.</summary>
    [SamplingOnly]
    public bool DropoutWhileSampling { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (S1 < S0)
        {
            yield return new ValidationResult($"expected s1 of at least s0 ({S0}), got {S1}");
        }

        if (LargestTime <= SmallestTime)
        {
            yield return new ValidationResult("expected largest_time above smallest_time");
        }
    }
}
