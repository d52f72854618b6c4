using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Reproduce.Inference.Training;

/// <summary>Settings of <see cref="Trainer"/>: the same loop for every estimator.</summary>
public sealed record TrainingSettings : IValidatableObject
{
    /// <summary>Passes through the training set; give either this or <see cref="Steps"/>.</summary>
    [Range(1, 10_000_000)]
    public int? Epochs { get; init; }

    /// <summary>Optimiser steps, of which the last epoch may be cut short; give either this or <see cref="Epochs"/>.</summary>
    [Range(1, 1_000_000_000)]
    public int? Steps { get; init; }

    /// <summary>Simulations in a step; the last, smaller batch of an epoch is kept.</summary>
    [Range(1, 1_000_000)]
    public required int BatchSize { get; init; }

    /// <summary>Learning rate of the first step; it falls to 0 along half a cosine.</summary>
    [Range(0.0, 10.0)]
    public required double LearningRate { get; init; }

    /// <summary>Global gradient norm above which gradients are scaled down; 0 switches clipping off.</summary>
    [Range(0.0, 1e9)]
    public double ClipNorm { get; init; } = 1.0;

    /// <summary>Decoupled weight decay (AdamW); 0 is plain Adam.</summary>
    [Range(0.0, 10.0)]
    public double WeightDecay { get; init; }

    /// <summary>Decay of the gradient's running mean.</summary>
    [Range(0.0, 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the squared gradient's running mean.</summary>
    [Range(0.0, 0.9999999)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// Added to the root of the second moment; 1e-7 is the published library's value. With 0 a weight without a gradient would be 0/0.
    /// </summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double AdamEpsilon { get; init; } = 1e-7;

    /// <summary>
    /// Decay of an exponential moving average of the weights (<see cref="AveragedWeights"/>), which validation looks at and the training
    /// ends with; without one the training ends with the weights of its last step, as in the paper.
    /// </summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? AverageDecay { get; init; }

    /// <summary>
    /// Share of the training set that is not learnt from: its loss is measured behind every epoch, and the training ends with the weights
    /// that had the least of it (the averaged ones, where there is an average). Without it, it learns from all and ends with its last
    /// weights, as in the paper. Not for consistency models, whose loss measures something else from level to level.
    /// </summary>
    [Range(0.0, 0.9, MinimumIsExclusive = true), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double? HeldOut { get; init; }

    /// <summary>
    /// Epochs without a lower loss on the simulations held out, after which the training stops before its time; without it, it goes on to
    /// its last step. Needs <see cref="HeldOut"/>.
    /// </summary>
    [Range(1, 10_000_000), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? Patience { get; init; }

    /// <summary>How often the loss on the validation set is measured in a training, evenly spread over the epochs.</summary>
    [Range(0, 10_000_000)]
    public int Validations { get; init; } = 20;

    /// <summary>Simulations that are not learnt from: 0 without <see cref="HeldOut"/>, else at least 1 and never all of several.</summary>
    /// <param name="simulations">Size of the training set.</param>
    public long HeldOutOf(long simulations) =>
        HeldOut is double share ? Math.Min(Math.Max(1, (long)Math.Round(share * simulations)), simulations - 1) : 0;

    /// <summary>Optimiser steps of an epoch.</summary>
    /// <param name="simulations">Size of the training set.</param>
    public long StepsPerEpoch(long simulations) => (simulations - HeldOutOf(simulations) + BatchSize - 1) / BatchSize;

    /// <summary>Optimiser steps of the training.</summary>
    /// <param name="simulations">Size of the training set.</param>
    /// <exception cref="InvalidOperationException">Neither or both of epochs and steps are given.</exception>
    public long TotalSteps(long simulations)
    {
        long whole = TotalEpochs(simulations) * StepsPerEpoch(simulations);
        return Math.Min(whole, Steps ?? whole);
    }

    /// <summary>Epochs of the training, a last one that is cut short included.</summary>
    /// <param name="simulations">Size of the training set.</param>
    /// <exception cref="InvalidOperationException">Neither or both of epochs and steps are given.</exception>
    public long TotalEpochs(long simulations) => (Epochs, Steps) switch
    {
        (int epochs, null) => epochs,
        (null, int steps) => (steps + StepsPerEpoch(simulations) - 1) / StepsPerEpoch(simulations),
        _ => throw new InvalidOperationException("training: expected either 'epochs' or 'steps'."),
    };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Epochs is null) == (Steps is null))
        {
            yield return new ValidationResult("expected either 'epochs' or 'steps'");
        }

        if (Patience is not null && HeldOut is null)
        {
            yield return new ValidationResult("expected 'held_out' beside it, whose loss it watches", [nameof(Patience)]);
        }
    }
}
