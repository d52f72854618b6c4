using System.ComponentModel.DataAnnotations;

namespace Reproduce.Evaluation;

/// <summary>How the classifiers of <see cref="LocalC2st"/> are trained.</summary>
public sealed record LocalC2stSettings
{
    /// <summary>Classifiers with permuted labels, H: no p-value is below 1 / (H + 1).</summary>
    [Range(19, 100_000)]
    public int Permutations { get; init; } = 99;

    /// <summary>Units of each of the two hidden layers.</summary>
    [Range(1, 4096)]
    public int Hidden { get; init; } = 32;

    /// <summary>Passes over the pairs: few, as a classifier that learns its pairs by heart tells nothing of others.</summary>
    [Range(1, 100_000)]
    public int Epochs { get; init; } = 20;

    /// <summary>Rows of an optimiser step.</summary>
    [Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 100;

    /// <summary>Adam's step size.</summary>
    [Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Weight of the penalty 0.5 L2 |W|^2 / batch on the weights.</summary>
    [Range(0.0, 1e6)]
    public double L2 { get; init; } = 0.1;

    /// <summary>Pairs that are used at most, the first ones.</summary>
    [Range(20, 100_000_000)]
    public int MostPairs { get; init; } = 2000;

    /// <summary>Draws at an observation that are used at most, the first ones.</summary>
    [Range(2, 100_000_000)]
    public int MostDraws { get; init; } = 1000;

    /// <summary>Worker threads; 0: one per processor. Changes no number.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>The implementation; all give the same numbers up to rounding.</summary>
    [EnumDataType(typeof(C2stEngine))]
    public C2stEngine Engine { get; init; }
}
