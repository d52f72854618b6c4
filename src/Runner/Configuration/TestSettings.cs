using System.ComponentModel.DataAnnotations;

namespace Reproduce.Runner.Configuration;

/// <summary>What the estimators are tested on.</summary>
public sealed record TestSettings : IValidatableObject
{
    /// <summary>Test data sets, J.</summary>
    [Range(1, 1_000_000)]
    public required int DataSets { get; init; }

    /// <summary>Posterior draws for each, S.</summary>
    [Range(2, 10_000_000)]
    public required int Draws { get; init; }

    /// <summary>
    /// Test data sets from which one draw each is taken, M, to compare the draws' distribution with that of the true parameters by MMD;
    /// null for none. They are counted from the first test data set, whatever <see cref="DataSets"/> is.
    /// </summary>
    [Range(2, 1_000_000)]
    public int? MarginalDataSets { get; init; }

    /// <summary>Equal parts into which those are divided, each with an MMD of its own.</summary>
    [Range(1, 1000)]
    public int MarginalParts { get; init; } = 6;

    /// <summary>Test data sets that are needed in all.</summary>
    public int Total => Math.Max(DataSets, MarginalDataSets ?? 0);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MarginalDataSets / MarginalParts < 2)
        {
            yield return new ValidationResult(
                $"expected at most half of marginal_data_sets ({MarginalDataSets}), as a part needs two, got {MarginalParts}",
                [nameof(MarginalParts)]
            );
        }
    }
}
