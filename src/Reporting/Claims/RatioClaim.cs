namespace Reproduce.Reporting;

/// <summary>
/// "The numerator takes so many times as long as the denominator": the ratio of two means is at least and/or at most a number.
/// </summary>
public sealed record RatioClaim : Claim
{
    /// <summary>The side above.</summary>
    public required ClaimSelection Numerator { get; init; }

    /// <summary>The side below.</summary>
    public required ClaimSelection Denominator { get; init; }

    /// <summary>The smallest ratio that bears the claim out, or null.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The largest ratio that bears the claim out, or null.</summary>
    public double? AtMost { get; init; }

    /// <inheritdoc/>
    public override string? Problem => AtLeast is null && AtMost is null ? "expected 'at_least' or 'at_most'" : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Contenders => [Numerator.Contender, Denominator.Contender];

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ClaimSelection[] sides = [Numerator, Denominator];
        if (evidence.Missing(sides, Metric) is { Length: > 0 } missing)
        {
            return Finding(evidence, Verdict.NotMeasured, missing, sides);
        }

        double above = evidence.Summarise(Numerator, Metric).Mean, below = evidence.Summarise(Denominator, Metric).Mean;
        if (below <= 0 || above < 0)
        {
            return Finding(
                evidence,
                Verdict.NotMeasured,
                $"{NumberText.RoundTrip(above)} and {NumberText.RoundTrip(below)} have no ratio that means anything",
                sides
            );
        }

        (ContrastTerm numerator, ContrastTerm denominator) = (evidence.Term(Numerator, Metric), evidence.Term(Denominator, Metric));
        if (RatioInterval.Of(r => Contrast.Estimate(numerator, denominator with { Weight = -r }), above / below) is not RatioInterval ratio)
        {
            return Finding(evidence, Verdict.NotMeasured, "the two sides have no test set in common", sides);
        }

        Verdict verdict = ratio.Low >= (AtLeast ?? 0) && ratio.High <= (AtMost ?? double.PositiveInfinity) ? Verdict.Reproduced
            : ratio.High < AtLeast || ratio.Low > AtMost ? Verdict.Contradicted : Verdict.Undecided;
        MetricStyle style = MetricStyle.Of(Metric);
        string numbers =
            $"{evidence.Label(Numerator)}: {style.Format(above)}; {evidence.Label(Denominator)}: {style.Format(below)}; ratio {ratio} "
                + $"(expected {Expected()})";
        return Finding(evidence, verdict, numbers, sides, ratio.Difference);
    }

    private string Expected()
    {
        string least = AtLeast is { } l ? $"at least {NumberText.RoundTrip(l)}" : "";
        string most = AtMost is { } m ? $"at most {NumberText.RoundTrip(m)}" : "";
        return least.Length > 0 && most.Length > 0 ? $"{least} and {most}" : least + most;
    }
}
