using System.ComponentModel.DataAnnotations;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// Settings of a diffusion model's training. The noise schedule is that of the consistency model, so that both can be compared.
/// </summary>
public record DenoisingSettings : IValidatableObject
{
    /// <summary>Smallest noise level, eps, at which a draw ends.</summary>
    [Range(1e-12, 1.0)]
    public double SmallestTime { get; init; } = 0.001;

    /// <summary>
    /// Largest noise level, T, at which a draw starts from N(0, T^2 I); it should be many times the spread of the parameters.
    /// </summary>
    [Range(1e-6, 1e6)]
    public double LargestTime { get; init; } = 10;

    /// <summary>Mean of the log noise level in training.</summary>
    public double LogTimeMean { get; init; } = -1.1;

    /// <summary>Standard deviation of the log noise level in training; the distribution is cut off at eps and T.</summary>
    [Range(1e-6, 1e6)]
    public double LogTimeDeviation { get; init; } = 2.0;

    /// <summary>
    /// sigma_data^2 of the preconditioning for every dimension; when not given, the variance of the training parameters per dimension.
    /// </summary>
    [Range(1e-12, 1e12)]
    public double? ParameterVariance { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LargestTime <= SmallestTime)
        {
            yield return new ValidationResult("expected largest_time above smallest_time");
        }
    }
}
