using System.ComponentModel.DataAnnotations;
using Reproduce.Inference.Flows;

namespace Reproduce.Runner.Configuration;

/// <summary>A coupling flow.</summary>
public abstract record FlowContenderSettings : ContenderSettings, IValidatableObject
{
    /// <summary>The flow.</summary>
    public CouplingFlowSettings Flow { get; init; } = new();

    /// <inheritdoc/>
    public override int[] StepsOf(bool isFullSweep, int replicate = 0) => [1];

    /// <inheritdoc/>
    public override double RoughWeights => Flow.RoughWeights;

    /// <inheritdoc/>
    public override double RoughActivations => Flow.RoughActivations;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FigureSteps is not (null or 1))
        {
            yield return new ValidationResult($"expected 1, as a flow has one pass, got {FigureSteps}", [nameof(FigureSteps)]);
        }
    }
}
