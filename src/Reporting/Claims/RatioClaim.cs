namespace Reproduce.Reporting;

/// <summary>"The numerator takes so many times as long as the denominator": the ratio of two means is at least and/or at most a number.</summary>
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
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        if (AtLeast is null && AtMost is null) throw new InvalidOperationException($"Claim '{Id}': expected 'at_least' or 'at_most'.");
        ClaimSelection[] sides = [Numerator, Denominator];
        string missing = evidence.Missing(sides, Metric);
        if (missing.Length > 0) return Finding(evidence, Verdict.NotMeasured, missing, sides);
        var above = evidence.Summarise(Numerator, Metric);
        var below = evidence.Summarise(Denominator, Metric);
        if (below.Mean <= 0) return Finding(evidence, Verdict.NotMeasured, $"{Denominator.Label}: {NumberText.RoundTrip(below.Mean)} cannot be divided by", sides);
        double ratio = above.Mean / below.Mean;
        bool holds = (AtLeast is null || ratio >= AtLeast) && (AtMost is null || ratio <= AtMost);
        var style = MetricStyle.Of(Metric);
        string numbers = $"{Numerator.Label}: {style.Format(above.Mean)}; {Denominator.Label}: {style.Format(below.Mean)}; ratio {NumberText.Significant(ratio, 3)}{Uncertainty(ratio, above, below)}";
        return Finding(evidence, holds ? Verdict.Reproduced : Verdict.NotReproduced, $"{numbers} (expected {Expected()})", sides);
    }

    // Relative errors add in squares, to first order.
    private static string Uncertainty(double ratio, Summary above, Summary below)
    {
        if (above.StandardError is not { } a || below.StandardError is not { } b) return "";
        double relative = Math.Sqrt(Math.Pow(a / above.Mean, 2) + Math.Pow(b / below.Mean, 2));
        return $" ± {NumberText.Significant(ratio * relative, 1)}";
    }

    private string Expected()
    {
        string least = AtLeast is { } l ? $"at least {NumberText.RoundTrip(l)}" : "";
        string most = AtMost is { } m ? $"at most {NumberText.RoundTrip(m)}" : "";
        return least.Length > 0 && most.Length > 0 ? $"{least} and {most}" : least + most;
    }
}
