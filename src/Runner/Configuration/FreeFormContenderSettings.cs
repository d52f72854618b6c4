using System.ComponentModel.DataAnnotations;
using Reproduce.Compute;
using Reproduce.Inference.Estimators;
using Reproduce.Inference.Networks;

namespace Reproduce.Runner.Configuration;

/// <summary>A contender with a free-form network and a number of sampling steps.</summary>
public abstract record FreeFormContenderSettings : ContenderSettings, IValidatableObject
{
    /// <summary>The free-form network.</summary>
    public FreeFormNetworkSettings Network { get; init; } = new ResidualMlpSettings();

    /// <summary>Numbers of sampling steps to try, ascending.</summary>
    [PlanOnly, Range(1, 100_000), MinLength(1), DistinctItems]
    public required int[] Steps { get; init; }

    /// <summary>The numbers that are tried at budgets without a full sweep; all when not given.</summary>
    [PlanOnly, Range(1, 100_000), DistinctItems]
    public int[]? BudgetSteps { get; init; }

    /// <summary>
    /// Of those, the numbers that are tried for replicates after the first; all when not given, or when none of them is there.
    /// </summary>
    [PlanOnly, Range(1, 100_000), DistinctItems]
    public int[]? ReplicateSteps { get; init; }

    /// <inheritdoc/>
    public override double RoughWeights => Network.RoughWeights;

    /// <inheritdoc/>
    public override double RoughActivations => Network.RoughActivations;

    /// <summary>The network with fresh weights.</summary>
    /// <param name="parts">What the estimator is built from.</param>
    /// <param name="largestTime">The largest time that the network is asked about.</param>
    protected FreeFormNetwork CreateNetwork(EstimatorParts parts, double largestTime)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return Network.Create(new NetworkParts(parts.Dimension, parts.Summary.Outputs, largestTime, parts.Random));
    }

    /// <inheritdoc/>
    public override int[] StepsOf(bool isFullSweep, int replicate = 0)
    {
        int[] first = isFullSweep ? Steps : BudgetSteps ?? Steps;
        int[] repeated = replicate > 0 && ReplicateSteps is not null ? [.. first.Intersect(ReplicateSteps)] : first;
        return repeated.Length > 0 ? repeated : first;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        int fewest = HasAdaptiveSteps ? FlowMatchingSettings.FewestAdaptivePasses : 1;
        foreach ((string name, int[] steps) in new[] { (nameof(Steps), Steps), (nameof(BudgetSteps), BudgetSteps ?? []) })
        {
            if (steps.Any(s => s < fewest))
            {
                yield return new ValidationResult(
                    $"expected at least {fewest}, as steps are the most network passes of a draw with a tolerance, got {steps.Min()}",
                    [name]);
            }
        }

        if (Training.HeldOut is not null && !HasSteadyLoss)
        {
            yield return new ValidationResult(
                "expected nothing, as the loss of a consistency model measures something else from level to level",
                [$"{nameof(Training)}.{nameof(Training.HeldOut)}"]);
        }

        if (FigureSteps is int wanted && !Steps.Contains(wanted))
        {
            yield return new ValidationResult($"expected one of 'steps' ({string.Join(", ", Steps)}), got {wanted}", [nameof(FigureSteps)]);
        }
    }
}
