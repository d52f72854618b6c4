using Reproduce.Kernels;

namespace Reproduce.Reporting;

/// <summary>
/// "The contender is best at so many steps": the number of steps with the lowest mean lies in [<see cref="From"/>, <see cref="To"/>],
/// or a number in that range is above the lowest mean by no more than <see cref="Tolerance"/>.
/// </summary>
public sealed record BestStepsClaim : Claim
{
    private const int Resamples = 1000;

    /// <summary>Name of the contender.</summary>
    public required string Contender { get; init; }

    /// <summary>Number of training simulations.</summary>
    public required int Budget { get; init; }

    /// <summary>The numbers of steps that compete; at least one inside and one outside of the range.</summary>
    public required int[] Steps { get; init; }

    /// <summary>Fewest steps of the range.</summary>
    public required int From { get; init; }

    /// <summary>Most steps of the range.</summary>
    public required int To { get; init; }

    /// <summary>How far above the lowest mean the best of the range may be.</summary>
    public double Tolerance { get; init; }

    /// <inheritdoc/>
    public override string? Problem =>
        !Steps.Any(InRange) || Steps.All(InRange) ? $"expected 'steps' with numbers inside and outside of {From} to {To}" : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Contenders => [Contender];

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        var sides = Steps.Order().Select(s => new ClaimSelection { Contender = Contender, Budget = Budget, Steps = s }).ToArray();
        string missing = evidence.Missing(sides, Metric);
        if (missing.Length > 0) return Finding(evidence, Verdict.NotMeasured, missing, sides);
        var style = MetricStyle.Of(Metric);
        var means = sides.ToDictionary(s => s.Steps, s => evidence.Summarise(s, Metric).Mean);
        var best = means.MinBy(m => m.Value);
        var bestInRange = means.Where(m => InRange(m.Key)).MinBy(m => m.Value);
        bool holds = bestInRange.Value - best.Value <= Tolerance;
        string numbers = $"lowest at {best.Key} steps ({style.Format(best.Value)}); best of {From} to {To}: {bestInRange.Key} steps ({style.Format(bestInRange.Value)})";
        return Finding(evidence, holds ? Verdict.Reproduced : Verdict.NotReproduced, numbers + Share(evidence, sides), sides);
    }

    // How firmly the minimum sits in the range: the test sets are drawn again and the minimum sought anew.
    private string Share(ClaimEvidence evidence, ClaimSelection[] sides)
    {
        var series = sides.Select(s => evidence.Measurements.PerDataSet(evidence.Key(s, Metric))).ToArray();
        var common = series[0].Keys.Where(k => series.All(s => s.ContainsKey(k))).ToArray();
        if (common.Length < 2) return "";
        var values = series.Select(s => common.Select(k => s[k]).ToArray()).ToArray();
        SplitMix64 random = new(PairedDifference.ResampleSeed);
        int inside = 0;
        for (int r = 0; r < Resamples; r++)
        {
            var sums = new double[values.Length];
            for (int i = 0; i < common.Length; i++)
            {
                int drawn = random.NextInt(common.Length);
                for (int s = 0; s < sums.Length; s++) sums[s] += values[s][drawn];
            }
            if (InRange(sides[Array.IndexOf(sums, sums.Min())].Steps)) inside++;
        }
        return $"; lowest in that range in {NumberText.Fixed(100.0 * inside / Resamples, 0)} % of bootstrap resamples of {common.Length} test sets";
    }

    private bool InRange(int steps) => steps >= From && steps <= To;
}
