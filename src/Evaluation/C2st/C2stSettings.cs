using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Reproduce.Evaluation;

/// <summary>
/// The protocol of a classifier two-sample test. The defaults are the paper's: scikit-learn's MLPClassifier with two hidden layers
/// of 16 D units, one 75/25 split, scaled by the reference.
/// </summary>
public sealed record C2stSettings
{
    /// <summary>Units of each of the two hidden layers per dimension of the draws (paper: 16; sbibm: 10).</summary>
    [Range(1, 1024)]
    public int HiddenPerDimension { get; init; } = 16;

    /// <summary>Part of the pooled draws that is held out, in (0, 1); not used with <see cref="Folds"/>.</summary>
    [Range(0.01, 0.99)]
    public double TestFraction { get; init; } = 0.25;

    /// <summary>0: one split by <see cref="TestFraction"/> (paper). k >= 2: mean over k shuffled folds (sbibm: 5).</summary>
    [Range(0, 100), DeniedValues(1, ErrorMessage = "expected {0} of 0 for one split, or at least 2.")]
    public int Folds { get; init; }

    /// <summary>
    /// Further classifiers that are trained for a score, each from weights of its own; of all, the one with the lowest training loss
    /// counts. 0 is the paper's and sbibm's; with some, a score is seldom that of a classifier that gave up on a plateau of its loss.
    /// </summary>
    [Range(0, 1000), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Restarts { get; init; }

    /// <summary>Classifiers that are trained for a score.</summary>
    [JsonIgnore]
    internal int Starts => 1 + Restarts;

    /// <summary>Upper limit of epochs; early stopping comes long before it.</summary>
    [Range(1, 1_000_000)]
    public int MaxEpochs { get; init; } = 10_000;

    /// <summary>Draws per optimiser step.</summary>
    [Range(1, 1_000_000), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int BatchSize { get; init; } = 200;

    /// <summary>Adam's step size; its other constants are 0.9, 0.999 and 1e-8.</summary>
    [Range(0.0, 10.0, MinimumIsExclusive = true), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight of the penalty 0.5 L2 |W|^2 / batch on the weights (not the biases).</summary>
    [Range(0.0, 1e6), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double L2 { get; init; } = 1e-4;

    /// <summary>An epoch counts as an improvement when its training loss is below the best one by at least this.</summary>
    [Range(0.0, 1e6), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Training ends when more than this many epochs in a row brought no improvement.</summary>
    [Range(0, 1_000_000), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Patience { get; init; } = 10;

    /// <summary>Bound of the memory that the classifiers of one chunk take, in bytes. Chunks change no score beyond rounding.</summary>
    [Range(1.0, 1e18), JsonIgnore]
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>Worker threads of <see cref="C2stEngine.Vector"/>; 0: one per processor. Changes no score.</summary>
    [Range(0, 1024), JsonIgnore]
    public int Threads { get; init; }

    /// <summary>The implementation.</summary>
    [EnumDataType(typeof(C2stEngine)), JsonIgnore]
    public C2stEngine Engine { get; init; }
}
