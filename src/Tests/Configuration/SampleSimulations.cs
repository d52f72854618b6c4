using System.ComponentModel.DataAnnotations;

namespace Reproduce.Tests.Configuration;

public sealed record SampleSimulations : IValidatableObject
{
    [Range(1, int.MaxValue), MinLength(1)]
    public required int[] Budgets { get; init; }

    [Range(0, 5000)]
    public int Validation { get; init; } = 100;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Budgets.Min() < Validation)
        {
            yield return new ValidationResult("expected at most the smallest budget", [nameof(Validation)]);
        }
    }
}
