namespace Reproduce.Reporting;

/// <summary>What a trend runs along.</summary>
public enum TrendAxis
{
    /// <summary>Sampling steps, at one budget.</summary>
    Steps,

    /// <summary>Training budget, at one number of steps.</summary>
    Budget,
}

/// <summary>Which way a trend goes.</summary>
public enum TrendDirection
{
    /// <summary>The metric grows (gets worse).</summary>
    Increases,

    /// <summary>The metric falls (gets better).</summary>
    Decreases,
}

/// <summary>
/// "The metric increases (decreases) with steps (budget)": the paired difference of the last and the first point goes that way beyond its
/// 95 % interval and <see cref="Tolerance"/>, and between neighbours nothing goes the other way beyond the same.
/// </summary>
public sealed record TrendClaim : Claim
{
    /// <summary>Name of the contender.</summary>
    public required string Contender { get; init; }

    /// <summary>What the trend runs along.</summary>
    public required TrendAxis Along { get; init; }

    /// <summary>The points along that axis, at least two.</summary>
    public required int[] Points { get; init; }

    /// <summary>Number of training simulations, for a trend along steps.</summary>
    public int Budget { get; init; }

    /// <summary>Sampling steps, for a trend along budgets.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>Which way it goes.</summary>
    public required TrendDirection Direction { get; init; }

    /// <summary>The smallest change that counts, 0 or more.</summary>
    public double Tolerance { get; init; }

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        if (Points.Length < 2) throw new InvalidOperationException($"Claim '{Id}': expected at least two 'points'.");
        if (Along == TrendAxis.Steps && Budget < 1) throw new InvalidOperationException($"Claim '{Id}': expected 'budget' for a trend along steps.");
        var sides = Points.Order().Select(Side).ToArray();
        string missing = evidence.Missing(sides, Metric);
        if (missing.Length > 0) return Finding(evidence, Verdict.NotMeasured, missing, sides);
        var whole = evidence.Difference(sides[^1], sides[0], Metric);
        if (whole is null) return Finding(evidence, Verdict.NotMeasured, "the ends have no test set in common", sides);
        var against = sides.Zip(sides.Skip(1))
            .Where(p => evidence.Difference(p.Second, p.First, Metric) is { } d && Opposes(d))
            .Select(p => $"{Point(p.First)} to {Point(p.Second)}").ToArray();
        var style = MetricStyle.Of(Metric);
        string numbers = string.Join(", ", sides.Select(s => $"{Point(s)}: {style.Format(evidence.Summarise(s, Metric).Mean)}"));
        string contrary = against.Length == 0 ? "" : "; the other way from " + string.Join(", ", against);
        bool holds = Follows(whole) && against.Length == 0;
        return Finding(evidence, holds ? Verdict.Reproduced : Verdict.NotReproduced, $"{numbers}; last minus first {whole}{contrary}", sides);
    }

    private ClaimSelection Side(int point) => Along == TrendAxis.Steps
        ? new() { Contender = Contender, Budget = Budget, Steps = point }
        : new() { Contender = Contender, Budget = point, Steps = Steps };

    private string Point(ClaimSelection side) => NumberText.Fixed(Along == TrendAxis.Steps ? side.Steps : side.Budget, 0);

    private bool Follows(PairedDifference d) => Direction == TrendDirection.Increases ? d.Low > Tolerance : d.High < -Tolerance;

    private bool Opposes(PairedDifference d) => Direction == TrendDirection.Increases ? d.High < -Tolerance : d.Low > Tolerance;
}
