namespace Reproduce.Reporting;

/// <summary>
/// "This contender is the best of the set": its difference to each of the others lies below <see cref="Tolerance"/>. One other that is
/// lower contradicts it; as there are several that could be by chance, its interval is the wider one of
/// <see cref="Claim.ConfidenceOfEach"/> of as many as there are others.
/// </summary>
public sealed record BestClaim : Claim
{
    /// <summary>The side that is said to be best.</summary>
    public required ClaimSelection Best { get; init; }

    /// <summary>All the others.</summary>
    public required ClaimSelection[] Others { get; init; }

    /// <summary>How much each difference (best minus other) must stay below.</summary>
    public double Tolerance { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Contenders => [Best.Contender, .. Others.Select(o => o.Contender)];

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ClaimSelection[] sides = [Best, .. Others];
        if (evidence.Missing(sides, Metric) is { Length: > 0 } missing)
        {
            return Finding(evidence, Verdict.NotMeasured, missing, sides);
        }

        MetricStyle style = MetricStyle.Of(Metric);
        double confidence = ConfidenceOfEach(Others.Length);
        bool holds = true, lower = false;
        List<ContrastEstimate> differences = [];
        List<string> parts = [$"{evidence.Label(Best)}: {style.Format(evidence.Summarise(Best, Metric).Mean)}"];
        foreach (ClaimSelection other in Others)
        {
            if (evidence.Difference(Best, other, Metric) is not ContrastEstimate difference)
            {
                return Finding(evidence, Verdict.NotMeasured, $"no test set in common with {evidence.Label(other)}", sides);
            }

            bool below = difference.High < Tolerance, above = difference.Value - difference.HalfWidth(confidence) > Tolerance;
            holds &= below;
            lower |= above;
            string remark =
                below ? ""
                : above ? " (lower than the claimed best)"
                : " (cannot be told apart)";
            parts.Add(
                $"{evidence.Label(other)}: {style.Format(evidence.Summarise(other, Metric).Mean)}, difference "
                    + $"{Describe(difference)}{remark}"
            );
            differences.Add(difference);
        }

        return Finding(
            evidence,
            holds ? Verdict.Reproduced
                : lower ? Verdict.Contradicted
                : Verdict.Undecided,
            string.Join("; ", parts),
            sides,
            differences
        );
    }
}
