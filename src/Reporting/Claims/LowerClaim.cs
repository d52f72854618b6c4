namespace Reproduce.Reporting;

/// <summary>
/// "Left is lower (better) than right", or lower than a constant. Reproduced when the whole 95 % interval of the paired difference lies
/// below <see cref="Tolerance"/> (0: strictly better; above 0: not worse by more than that; below 0: better by a margin).
/// </summary>
public sealed record LowerClaim : Claim
{
    /// <summary>The side that is said to be lower.</summary>
    public required ClaimSelection Left { get; init; }

    /// <summary>The side it is compared with; null to compare with <see cref="Constant"/>.</summary>
    public ClaimSelection? Right { get; init; }

    /// <summary>The number it is compared with when there is no right side.</summary>
    public double? Constant { get; init; }

    /// <summary>How much the difference (left minus right) must stay below.</summary>
    public double Tolerance { get; init; }

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        if (Right is null == Constant is null) throw new InvalidOperationException($"Claim '{Id}': expected either 'right' or 'constant'.");
        ClaimSelection[] sides = Right is null ? [Left] : [Left, Right];
        string missing = evidence.Missing(sides, Metric);
        if (missing.Length > 0) return Finding(evidence, Verdict.NotMeasured, missing, sides);
        var difference = Right is null ? AgainstConstant(evidence) : evidence.Difference(Left, Right, Metric);
        if (difference is null) return Finding(evidence, Verdict.NotMeasured, "the two sides have no test set in common", sides);
        var style = MetricStyle.Of(Metric);
        string right = Right is null ? style.Format(Constant!.Value) : $"{Right.Label}: {style.Format(evidence.Summarise(Right, Metric).Mean)}";
        string numbers = $"{Left.Label}: {style.Format(evidence.Summarise(Left, Metric).Mean)}; {right}; difference {difference}";
        return Finding(evidence, difference.High < Tolerance ? Verdict.Reproduced : Verdict.NotReproduced, numbers + Remark(difference), sides);
    }

    private PairedDifference? AgainstConstant(ClaimEvidence evidence)
    {
        var perDataSet = evidence.Measurements.PerDataSet(evidence.Key(Left, Metric));
        var values = perDataSet.Count > 0 ? perDataSet : evidence.Measurements.PerReplicate(evidence.Key(Left, Metric));
        return PairedDifference.Of(values, values.Keys.ToDictionary(k => k, _ => Constant!.Value), perDataSet.Count > 0 ? "test sets" : "replicates");
    }

    // The difference between "the opposite holds" and "cannot tell" matters to a reader.
    private string Remark(PairedDifference difference) =>
        difference.High < Tolerance ? "" : difference.Low > Tolerance ? "; the opposite holds" : "; cannot be told apart";
}
