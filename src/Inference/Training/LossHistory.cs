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
