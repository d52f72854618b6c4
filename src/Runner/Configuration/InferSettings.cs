using System.ComponentModel.DataAnnotations;
using Reproduce.Evaluation;

namespace Reproduce.Runner.Configuration;

/// <summary>
/// What the verb infer does when the command line does not say it. Of a run it decides one number, the local C2ST at the observation.
/// </summary>
public sealed record InferSettings : IValidatableObject
{
    /// <summary>The file of the observation, from the experiment file's folder: .npz, .npy or .json.</summary>
    [RegularExpression(@"\S.{0,999}")]
    public string? Observation { get; init; }

    /// <summary>
    /// Statistics of the posterior predictive check in place of the usual ones, such as mean, quantile:0.9, or y:argmax of the array y
    /// alone.
    /// </summary>
    public string[] Statistics { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (string statistic in Statistics)
        {
            ValidationResult? problem = null;
            try
            {
                ChosenStatistic.Parse(statistic);
            }
            catch (FormatException e)
            {
                problem = new ValidationResult(e.Message, [nameof(Statistics)]);
            }

            if (problem is not null)
            {
                yield return problem;
            }
        }
    }
}
