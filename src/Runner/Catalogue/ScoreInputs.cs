using Reproduce.Compute;
using Reproduce.Evaluation;
using Reproduce.Runner.Configuration;
using Reproduce.Tasks;
using static TorchSharp.torch;

namespace Reproduce.Runner.Catalogue;

/// <summary>What metrics are computed from; what several of them need is computed once, when it is first asked for.</summary>
public sealed class ScoreInputs
{
    private readonly Lazy<MmdResult[]> _discrepancies;

    /// <summary>The inputs of one set of draws.</summary>
    public ScoreInputs() => _discrepancies = new Lazy<MmdResult[]>(CompareDistributions);

    /// <summary>What is scored, [J, S, D].</summary>
    public required Tensor Draws { get; init; }

    /// <summary>The parameters that made the test data sets, [M, D] with M of at least J.</summary>
    public required Tensor Truth { get; init; }

    /// <summary>The test data sets, M.</summary>
    public required Observation X { get; init; }

    /// <summary>Draws from the exact posteriors, [J, S', D]; null where those are not known.</summary>
    public Tensor? Reference { get; init; }

    /// <summary>One draw each for the first N test data sets, [N, 1, D]; null where none were asked for.</summary>
    public Tensor? Marginal { get; init; }

    /// <summary>Equal parts into which those are divided.</summary>
    public int MarginalParts { get; init; } = 1;

    /// <summary>What the task offers.</summary>
    public required TaskDescription Task { get; init; }

    /// <summary>Settings of the scores.</summary>
    public required ScoreSettings Settings { get; init; }

    /// <summary>Random numbers of the scores.</summary>
    public required RandomKey Key { get; init; }

    /// <summary>Where classifiers are trained: a GPU trains those of all data sets at once.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Threads for work on the CPU.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Told the finished share of the metric that takes longest.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Asks to stop.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>The parameters that made the data sets with draws, [J, D].</summary>
    public Tensor TruthOfDraws => Truth.narrow(0, 0, Draws.shape[0]);

    /// <summary>
    /// MMD of every data set's draws to the reference's or, where single draws were made for many data sets, of those to the true
    /// parameters, part by part.
    /// </summary>
    public IReadOnlyList<MmdResult> Discrepancies => _discrepancies.Value;

    private MmdResult[] CompareDistributions()
    {
        MmdSettings settings = Settings.Mmd;
        if (Marginal is null)
        {
            return MaximumMeanDiscrepancy.PerDataSet(Draws, Reference!, settings, Cancel);
        }

        long size = Marginal.shape[0] / MarginalParts;
        return
        [
            .. Enumerable.Range(0, MarginalParts).Select(p => MaximumMeanDiscrepancy.Pair(
                Marginal.select(1, 0).narrow(0, p * size, size), Truth.narrow(0, p * size, size), settings, Cancel)),
        ];
    }
}
