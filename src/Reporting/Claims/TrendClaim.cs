namespace Reproduce.Reporting;

/// <summary>
/// "The metric increases (decreases) with steps (budget)": the difference of the last and the first point goes that way by more than
/// <see cref="Tolerance"/>. The opposite contradicts it, and so does a step between neighbours that goes the other way by more than the
/// same; as there are several that could by chance, their intervals are the wider ones of <see cref="Claim.ConfidenceOfEach"/>, of as many
/// as there are such steps.
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
    public override string? Problem => Points.Length < 2
        ? "expected at least two 'points'"
        : Along == TrendAxis.Steps && Budget < 1 ? "expected 'budget' for a trend along steps" : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Contenders => [Contender];

    /// <inheritdoc/>
    public override ClaimFinding Judge(ClaimEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ClaimSelection[] sides = [.. Points.Order().Select(Side)];
        if (evidence.Missing(sides, Metric) is { Length: > 0 } missing)
        {
            return Finding(evidence, Verdict.NotMeasured, missing, sides);
        }

        if (evidence.Difference(sides[^1], sides[0], Metric) is not ContrastEstimate whole)
        {
            return Finding(evidence, Verdict.NotMeasured, "the ends have no test set in common", sides);
        }

        double confidence = ConfidenceOfEach(sides.Length - 1);
        string[] against =
        [
            .. sides.Zip(sides.Skip(1))
                .Where(p => evidence.Difference(p.Second, p.First, Metric) is ContrastEstimate d && AtMost(d, confidence) < -Tolerance)
                .Select(p => $"{Point(p.First)} to {Point(p.Second)}"),
        ];
        MetricStyle style = MetricStyle.Of(Metric);
        string numbers = string.Join(", ", sides.Select(s => $"{Point(s)}: {style.Format(evidence.Summarise(s, Metric).Mean)}"));
        string contrary = against.Length == 0 ? "" : "; the other way from " + string.Join(", ", against);
        Verdict verdict = against.Length > 0 || AtMost(whole, ContrastEstimate.Confidence) < -Tolerance ? Verdict.Contradicted
            : Change(whole) - whole.HalfWidth() > Tolerance ? Verdict.Reproduced : Verdict.Undecided;
        return Finding(evidence, verdict, $"{numbers}; last minus first {Describe(whole)}{contrary}", sides, whole);
    }

    // The change in the claimed direction, and the most that it can be.
    private double Change(ContrastEstimate d) => Direction == TrendDirection.Increases ? d.Value : -d.Value;

    private double AtMost(ContrastEstimate d, double confidence) => Change(d) + d.HalfWidth(confidence);

    private ClaimSelection Side(int point) => Along == TrendAxis.Steps
        ? new() { Contender = Contender, Budget = Budget, Steps = point }
        : new() { Contender = Contender, Budget = point, Steps = Steps };

    private string Point(ClaimSelection side) => NumberText.Fixed(Along == TrendAxis.Steps ? side.Steps : side.Budget, 0);
}
