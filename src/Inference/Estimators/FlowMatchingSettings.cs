using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Contracts;

namespace Reproduce.Inference.Estimators;

/// <summary>Settings of <see cref="FlowMatchingPosterior"/>; the defaults follow the paper.</summary>
public sealed record FlowMatchingSettings : IValidatableObject
{
    /// <summary>Distance between the network's and the target velocity.</summary>
    public FlowMatchingLoss Loss { get; init; } = FlowMatchingLoss.SquaredError;

    /// <summary>Times drawn per simulation in a step (the published script: 32).</summary>
    [Range(1, 4096)]
    public int TimesPerSimulation { get; init; } = 1;

    /// <summary>The published sampler makes K+1 Euler steps of 1/K and so overshoots to t = 1 + 1/K.</summary>
    [SamplingOnly]
    public bool ExtraEulerStep { get; init; }

    /// <summary>The published network never switches dropout off.</summary>
    [SamplingOnly]
    public bool DropoutWhileSampling { get; init; }

    /// <summary>The fewest passes of a draw with a tolerance: one step of Dormand and Prince, with the slope at its start.</summary>
    public const int FewestAdaptivePasses = 7;

    /// <summary>
    /// The error that a step of a draw may have, absolute and relative to the parameters: then steps are those of Dormand and Prince, as
    /// wide as it allows, and the number of steps of a draw is the most network passes that it may take. Euler's equal steps when not
    /// given.
    /// </summary>
    [SamplingOnly, Range(1e-12, 1.0)]
    public double? Tolerance { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Tolerance is not null && (ExtraEulerStep || DropoutWhileSampling))
        {
            yield return new ValidationResult("expected tolerance without extra_euler_step and dropout_while_sampling");
        }
    }
}
