using Reproduce.Compute;
using Reproduce.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Reproduce.Evaluation;

/// <summary>
/// Importance sampling of a target that is known up to its integral, such as a posterior, with draws from a proposal of known density,
/// such as an estimator (neural importance sampling; Dax et al. 2023).
/// </summary>
public static class ImportanceSampling
{
    /// <summary>Weights w = target / proposal at draws from the proposal.</summary>
    /// <param name="logTarget">Unnormalised log-density of the target, [J, S]; negative infinity outside of its support.</param>
    /// <param name="logProposal">Log-density of the proposal, [J, S]; positive infinity gives a weight of zero.</param>
    /// <remarks>
    /// Evidence: mean of w. The estimates are blind to parts of the target that the
    /// proposal never visits, so they flatter a proposal that lacks a mode.
    /// </remarks>
    /// <exception cref="ArgumentException">Shapes differ, or a weight is infinite or not a number.</exception>
    public static ImportanceResult Weigh(Tensor logTarget, Tensor logProposal)
    {
        Require.Rank(logTarget, 2, nameof(logTarget), "[J, S]");
        Require.Rank(logProposal, 2, nameof(logProposal), "[J, S]");
        if (!logTarget.shape.SequenceEqual(logProposal.shape))
        {
            throw new ArgumentException(
                $"logProposal: expected {Require.Shape(logTarget)}, got {Require.Shape(logProposal)}.",
                nameof(logProposal)
            );
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor log = logTarget.detach().to(ScalarType.Float64, CPU) - logProposal.detach().to(ScalarType.Float64, CPU);
        if (log.isnan().logical_or(log.isposinf()).any().ToBoolean())
        {
            throw new ArgumentException("logProposal: some importance weights are infinite or not a number.", nameof(logProposal));
        }

        long draws = log.shape[1];
        Tensor largest = log.max(1, keepdim: true).values;
        // A row without a possible draw would be infinity minus infinity.
        Tensor shift = where(largest.isfinite(), largest, zeros_like(largest));
        Tensor w = (log - shift).exp();
        Tensor sum = w.sum(1, keepdim: true);
        Tensor possible = sum > 0;
        double[] all = Numbers(w);
        double[] shares =
            [.. Enumerable.Range(0, (int)log.shape[0]).Select(j => EffectiveSampleSize.Of(all.AsSpan(j * (int)draws, (int)draws)) / draws)];
        return new ImportanceResult(
            where(possible, w / sum, zeros_like(w)).MoveToOuterDisposeScope(),
            shares,
            Numbers((sum / draws).log() + shift),
            // Relative variance of the mean of S weights: (mean of w^2 / (mean of w)^2 - 1) / (S - 1).
            [.. shares.Select(s => s > 0 && draws > 1 ? Math.Sqrt(Math.Max(0, 1 / s - 1) / (draws - 1)) : double.NaN)]);
    }

    /// <summary>Draws from the target: the proposal's draws, each repeated in proportion to its weight (systematic resampling).</summary>
    /// <param name="draws">[J, S, D].</param>
    /// <param name="weights">Normalised weights, [J, S]; every row must have a draw of positive weight.</param>
    /// <param name="count">Draws to be made for each set, S'.</param>
    /// <param name="key">Random numbers of set j: key.Child(j).</param>
    /// <returns>The draws, [J, S', D], on the CPU, and for every set the share of them that are different ones.</returns>
    /// <remarks>
    /// Repeated draws are one reason to make more proposals than draws are wanted: a classifier can learn them by heart.
    /// Neighbours in the result are neighbours among the proposals, so shuffle before splitting.
    /// </remarks>
    public static (Tensor Draws, double[] Distinct) Resample(Tensor draws, Tensor weights, int count, RandomKey key)
    {
        Require.Rank(draws, 3, nameof(draws), "[J, S, D]");
        Require.Rank(weights, 2, nameof(weights), "[J, S]");
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        long sets = draws.shape[0], proposals = draws.shape[1];
        if (weights.shape[0] != sets || weights.shape[1] != proposals)
        {
            throw new ArgumentException($"weights: expected [{sets}, {proposals}], got {Require.Shape(weights)}.", nameof(weights));
        }

        using DisposeScope scope = NewDisposeScope();
        double[] all = Numbers(weights);
        double[] distinct = new double[sets];
        long[] chosen = new long[sets * count];
        for (long j = 0; j < sets; j++)
        {
            ReadOnlySpan<double> row = all.AsSpan((int)(j * proposals), (int)proposals);
            Span<long> target = chosen.AsSpan((int)(j * count), count);
            distinct[j] = (double)Choose(row, target, new SplitMix64(key.Child(j).Value).NextDouble()) / count;
            foreach (ref long index in target)
            {
                index += j * proposals;
            }
        }

        Tensor flat = draws.detach().cpu().reshape(sets * proposals, -1);
        return (flat.index_select(0, tensor(chosen)).reshape(sets, count, -1).MoveToOuterDisposeScope(), distinct);
    }

    // Equidistant points through the cumulative weights, the first at random: n draws take each index floor(n w) or ceil(n w) times.
    private static int Choose(ReadOnlySpan<double> weights, Span<long> target, double offset)
    {
        double total = 0;
        int last = -1;
        for (int i = 0; i < weights.Length; i++)
        {
            total += weights[i];
            last = weights[i] > 0 ? i : last;
        }

        if (!(total > 0))
        {
            throw new ArgumentException("weights: expected a draw of positive weight in every set.", nameof(weights));
        }

        int distinct = 0, at = 0;
        double cumulative = weights[0];
        for (int k = 0; k < target.Length; k++)
        {
            double point = (k + offset) / target.Length * total;
            while (cumulative <= point && at < last)
            {
                cumulative += weights[++at];
            }

            distinct += k == 0 || target[k - 1] != at ? 1 : 0;
            target[k] = at;
        }

        return distinct;
    }

    private static double[] Numbers(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.detach().to(ScalarType.Float64, CPU).contiguous().data<double>().ToArray();
    }
}
