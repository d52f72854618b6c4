namespace Reproduce.Reporting;

/// <summary>"This contender is the best of the set": its paired difference to each of the others lies below <see cref="Tolerance"/>.</summary>
public sealed record BestClaim : Claim
{
    /// <summary>The side that is said to be best.</summary>
    public required ClaimSelection Best { get; init; }

    /// <summary>All the others.</summary>
    public required ClaimSelection[] Others { get; init; }

    /// <summary>How much each difference (best minus other) must stay below.</summary>
    public double Tolerance { get; init; }

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        ClaimSelection[] sides = [Best, .. Others];
        string missing = evidence.Missing(sides, Metric);
        if (missing.Length > 0) return Finding(evidence, Verdict.NotMeasured, missing, sides);
        var style = MetricStyle.Of(Metric);
        bool holds = true;
        var parts = new List<string> { $"{Best.Label}: {style.Format(evidence.Summarise(Best, Metric).Mean)}" };
        foreach (var other in Others)
        {
            var difference = evidence.Difference(Best, other, Metric);
            if (difference is null) return Finding(evidence, Verdict.NotMeasured, $"no test set in common with {other.Label}", sides);
            bool below = difference.High < Tolerance;
            holds &= below;
            string remark = below ? "" : difference.Low > Tolerance ? " (lower than the claimed best)" : " (cannot be told apart)";
            parts.Add($"{other.Label}: {style.Format(evidence.Summarise(other, Metric).Mean)}, difference {difference}{remark}");
        }
        return Finding(evidence, holds ? Verdict.Reproduced : Verdict.NotReproduced, string.Join("; ", parts), sides);
    }
}
