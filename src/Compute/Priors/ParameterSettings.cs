using System.ComponentModel.DataAnnotations;

namespace Reproduce.Compute.Priors;

/// <summary>A parameter of a task with its prior, or several with a prior together.</summary>
public sealed record ParameterSettings : IValidatableObject
{
    private const string NamePattern = "[A-Za-z_][A-Za-z0-9_.-]{0,63}";

    /// <summary>Its name.</summary>
    [RegularExpression(NamePattern)]
    public string? Name { get; init; }

    /// <summary>The name for readers, such as β; the name itself when not given.</summary>
    [Length(1, 60)]
    public string? Label { get; init; }

    /// <summary>The names of several parameters with a prior together, in its order.</summary>
    [RegularExpression(NamePattern), MinLength(1)]
    public string[]? Names { get; init; }

    /// <summary>Their names for readers.</summary>
    public string[]? Labels { get; init; }

    /// <summary>The prior; when no parameter has one, the simulator draws them.</summary>
    public Prior? Prior { get; init; }

    /// <summary>The parameters' names.</summary>
    public IReadOnlyList<string> AllNames => Names ?? [Name ?? ""];

    /// <summary>The parameters' names for readers.</summary>
    public IReadOnlyList<string> AllLabels => Labels ?? (Label is null ? AllNames : [Label]);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Name is null == Names is null)
        {
            yield return new ValidationResult("expected 'name', or 'names' of several parameters");
        }
        else if (AllLabels.Count != AllNames.Count)
        {
            yield return new ValidationResult($"expected {AllNames.Count} labels, as there are names, got {AllLabels.Count}");
        }
        else if (Prior is not null && Prior.Dimension != AllNames.Count)
        {
            yield return new ValidationResult(
                $"expected the distribution of {AllNames.Count}, got one of {Prior.Dimension}", [nameof(Prior)]);
        }
    }
}
