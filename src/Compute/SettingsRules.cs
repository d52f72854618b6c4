using System.ComponentModel.DataAnnotations;

namespace Reproduce.Compute;

/// <summary>
/// Checks a settings record by the attributes of its properties. Who reads settings from a file checks them there; this is for records made
/// in code.
/// </summary>
public static class SettingsRules
{
    /// <summary>Checks every value.</summary>
    /// <param name="settings">The record.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ArgumentException">Names all values that are out of range.</exception>
    public static void Check(object settings, string name)
    {
        List<ValidationResult> wrong = [];
        if (!Validator.TryValidateObject(settings, new ValidationContext(settings), wrong, validateAllProperties: true))
        {
            throw new ArgumentException($"{name}: {string.Join(" ", wrong.Select(problem => problem.ErrorMessage))}", nameof(settings));
        }
    }
}
