namespace Reproduce.Evaluation;

/// <summary>Which implementation trains the classifiers; all give the same scores up to rounding.</summary>
public enum C2stEngine
{
    /// <summary><see cref="Vector"/> for tensors on a CPU with 512-bit vectors, or 256-bit ones and fused multiply-adds, else <see cref="Tensor"/>.</summary>
    Auto,

    /// <summary>All classifiers as one batched network of tensor operations, on the device of the draws.</summary>
    Tensor,

    /// <summary>One classifier per thread in vector code that stays in the core's cache; CPU only.</summary>
    Vector,
}

/// <summary>
/// The protocol of a classifier two-sample test. The defaults are the paper's: scikit-learn's MLPClassifier with two hidden layers
/// of 16 D units, one 75/25 split, scaled by the reference.
/// </summary>
public sealed record C2stOptions
{
    /// <summary>Units of each of the two hidden layers per dimension of the draws (paper: 16; sbibm: 10).</summary>
    public int HiddenPerDimension { get; init; } = 16;

    /// <summary>Part of the pooled draws that is held out, in (0, 1); not used with <see cref="Folds"/>.</summary>
    public double TestFraction { get; init; } = 0.25;

    /// <summary>0: one split by <see cref="TestFraction"/> (paper). k >= 2: mean over k shuffled folds (sbibm: 5).</summary>
    public int Folds { get; init; }

    /// <summary>Upper limit of epochs; early stopping comes long before it.</summary>
    public int MaxEpochs { get; init; } = 10_000;

    /// <summary>Draws per optimiser step.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>Adam's step size; its other constants are 0.9, 0.999 and 1e-8.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight of the penalty 0.5 L2 |W|^2 / batch on the weights (not the biases).</summary>
    public double L2 { get; init; } = 1e-4;

    /// <summary>An epoch counts as an improvement when its training loss is below the best one by at least this.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Training ends when more than this many epochs in a row brought no improvement.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>Bound of the memory that the classifiers of one chunk take, in bytes. Chunks change no score beyond rounding.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>Worker threads of <see cref="C2stEngine.Vector"/>; 0: one per processor. Changes no score.</summary>
    public int Threads { get; init; }

    /// <summary>The implementation.</summary>
    public C2stEngine Engine { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Names all values that are out of range.</exception>
    public void Validate()
    {
        List<string> errors = [];
        Check(HiddenPerDimension >= 1, nameof(HiddenPerDimension), "at least 1", HiddenPerDimension);
        Check(TestFraction is > 0 and < 1, nameof(TestFraction), "between 0 and 1", TestFraction);
        Check(Folds is 0 or >= 2, nameof(Folds), "0 or at least 2", Folds);
        Check(MaxEpochs >= 1, nameof(MaxEpochs), "at least 1", MaxEpochs);
        Check(BatchSize >= 1, nameof(BatchSize), "at least 1", BatchSize);
        Check(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), "above 0", LearningRate);
        Check(L2 >= 0 && double.IsFinite(L2), nameof(L2), "at least 0", L2);
        Check(Tolerance >= 0 && double.IsFinite(Tolerance), nameof(Tolerance), "at least 0", Tolerance);
        Check(Patience >= 0, nameof(Patience), "at least 0", Patience);
        Check(MaxBytes >= 1, nameof(MaxBytes), "at least 1", MaxBytes);
        Check(Threads >= 0, nameof(Threads), "at least 0", Threads);
        Check(Enum.IsDefined(Engine), nameof(Engine), "Auto, Tensor or Vector", Engine);
        if (errors.Count > 0)
        {
            throw new ArgumentException($"C2ST options: {string.Join("; ", errors)}.");
        }

        void Check(bool good, string name, string expected, object value)
        {
            if (!good)
            {
                errors.Add(FormattableString.Invariant($"{name} must be {expected}, got {value}"));
            }
        }
    }
}
