namespace Reproduce.Reporting;

/// <summary>
/// "Left is lower (better) than right", or lower than a constant: the difference of the two lies below <see cref="Tolerance"/>
/// (0: strictly better; above 0: not worse by more than that; below 0: better by a margin).
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
    public override string? Problem => Right is null == Constant is null ? "expected either 'right' or 'constant'" : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Contenders => Right is null ? [Left.Contender] : [Left.Contender, Right.Contender];

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ClaimSelection[] sides = Right is null ? [Left] : [Left, Right];
        if (evidence.Missing(sides, Metric) is { Length: > 0 } missing)
        {
            return Finding(evidence, Verdict.NotMeasured, missing, sides);
        }

        ContrastEstimate? difference =
            Right is not null ? evidence.Difference(Left, Right, Metric)
            : evidence.Summarise(Left, Metric).Estimate is ContrastEstimate left ? left with { Value = left.Value - Constant!.Value }
            : null;
        if (difference is null)
        {
            return Finding(evidence, Verdict.NotMeasured, "the two sides have no test set in common", sides);
        }

        MetricStyle style = MetricStyle.Of(Metric);
        string right = Right is null
            ? style.Format(Constant!.Value)
            : $"{evidence.Label(Right)}: {style.Format(evidence.Summarise(Right, Metric).Mean)}";
        Verdict verdict =
            difference.High < Tolerance ? Verdict.Reproduced
            : difference.Low > Tolerance ? Verdict.Contradicted
            : Verdict.Undecided;
        string numbers =
            $"{evidence.Label(Left)}: {style.Format(evidence.Summarise(Left, Metric).Mean)}; {right}; difference {Describe(difference)}";
        return Finding(evidence, verdict, numbers, sides, difference);
    }
}
