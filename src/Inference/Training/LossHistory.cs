namespace Reproduce.Inference.Training;

/// <summary>The course of a training: one entry per epoch.</summary>
public sealed class LossHistory
{
    private readonly List<(long Epoch, double Loss)> _training = [];
    private readonly List<(long Epoch, double Loss)> _validation = [];
    private readonly List<(long Epoch, double Loss)> _heldOut = [];
    /// <summary>Mean training loss of each epoch (without L2 penalties), in order.</summary>
    public IReadOnlyList<(long Epoch, double Loss)> Training => _training;

    /// <summary>Loss on the validation set behind some epochs, in order.</summary>
    public IReadOnlyList<(long Epoch, double Loss)> Validation => _validation;

    /// <summary>Loss behind every epoch on the simulations that <see cref="TrainingSettings.HeldOut"/> leaves out, in order.</summary>
    public IReadOnlyList<(long Epoch, double Loss)> HeldOut => _heldOut;

    /// <summary>The least of the finite losses in <see cref="HeldOut"/>, the first of equal ones; null when there is none.</summary>
    public (long Epoch, double Loss)? LeastHeldOut { get; private set; }

    /// <summary>Epochs behind that of <see cref="LeastHeldOut"/>, all of them when there is none.</summary>
    public long EpochsSinceLeast => _heldOut.Count == 0 ? 0 : _heldOut[^1].Epoch - (LeastHeldOut?.Epoch ?? 0);

    /// <summary>Adds an epoch's mean training loss.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">The mean.</param>
    public void AddTraining(long epoch, double loss) => _training.Add((epoch, loss));

    /// <summary>Adds a validation loss.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">The loss.</param>
    public void AddValidation(long epoch, double loss) => _validation.Add((epoch, loss));

    /// <summary>Adds a loss on the simulations that are held out.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">The loss.</param>
    public void AddHeldOut(long epoch, double loss)
    {
        _heldOut.Add((epoch, loss));
        if (double.IsFinite(loss) && (LeastHeldOut is not { } least || loss < least.Loss))
        {
            LeastHeldOut = (epoch, loss);
        }
    }
}
