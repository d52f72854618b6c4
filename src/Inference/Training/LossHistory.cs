namespace Reproduce.Inference.Training;

/// <summary>The course of a training: one entry per epoch.</summary>
public sealed class LossHistory
{
    private readonly List<(long Epoch, double Loss)> _training = [];
    private readonly List<(long Epoch, double Loss)> _validation = [];

    /// <summary>Mean training loss of each epoch (without L2 penalties), in order.</summary>
    public IReadOnlyList<(long Epoch, double Loss)> Training => _training;

    /// <summary>Loss on the validation set behind some epochs, in order.</summary>
    public IReadOnlyList<(long Epoch, double Loss)> Validation => _validation;

    /// <summary>Adds an epoch's mean training loss.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">The mean.</param>
    public void AddTraining(long epoch, double loss) => _training.Add((epoch, loss));

    /// <summary>Adds a validation loss.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">The loss.</param>
    public void AddValidation(long epoch, double loss) => _validation.Add((epoch, loss));
}

/// <summary>A training's loss or gradient became infinite or not a number.</summary>
/// <param name="step">The optimiser step, from 0.</param>
/// <param name="loss">The loss of that step.</param>
/// <param name="gradientNorm">The gradient norm of the step before.</param>
/// <param name="learningRate">The learning rate of that step.</param>
public sealed class DivergedException(long step, double loss, double gradientNorm, double learningRate)
    : Exception(FormattableString.Invariant(
        $"The {(double.IsFinite(loss) ? "gradient became infinite or not a number" : FormattableString.Invariant($"loss became {loss}"))} at step {step} (learning rate {learningRate:G4}, gradient norm {gradientNorm:G4}); lower the learning rate or the clipping norm."))
{
    /// <summary>The optimiser step, from 0.</summary>
    public long Step { get; } = step;
}
