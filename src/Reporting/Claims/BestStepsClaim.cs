namespace Reproduce.Reporting;

/// <summary>
/// "The contender is best at so many steps": some number of steps in [<see cref="From"/>, <see cref="To"/>] is lower than every one
/// outside, or not above it by <see cref="Tolerance"/>.
/// </summary>
/// <remarks>
/// Reproduced when every number outside is told to be worse than one inside, contradicted when every number inside is told to be worse than
/// one outside.
/// As several could do that by chance, the intervals are the wider ones of <see cref="Claim.ConfidenceOfEach"/>: to tell one outside, of as
/// many as there are inside; to tell one inside, of as many as there are outside.
/// </remarks>
public sealed record BestStepsClaim : Claim
{
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
        ArgumentNullException.ThrowIfNull(evidence);
        ClaimSelection[] sides = [.. Steps.Order().Select(s => new ClaimSelection { Contender = Contender, Budget = Budget, Steps = s })];
        if (evidence.Missing(sides, Metric) is { Length: > 0 } missing)
        {
            return Finding(evidence, Verdict.NotMeasured, missing, sides);
        }

        ClaimSelection[] inside = [.. sides.Where(s => InRange(s.Steps))], outside = [.. sides.Where(s => !InRange(s.Steps))];
        ContrastEstimate?[,] differences = new ContrastEstimate?[inside.Length, outside.Length];
        for (int i = 0; i < inside.Length; i++)
        {
            for (int o = 0; o < outside.Length; o++)
            {
                differences[i, o] = evidence.Difference(inside[i], outside[o], Metric);
            }
        }

        ContrastEstimate[] all = [.. differences.Cast<ContrastEstimate?>().OfType<ContrastEstimate>()];
        if (all.Length < differences.Length)
        {
            return Finding(evidence, Verdict.NotMeasured, "some numbers of steps have no test set in common", sides);
        }

        double ofInside = ConfidenceOfEach(inside.Length),
            ofOutside = ConfidenceOfEach(outside.Length);
        ClaimSelection[] rivals =
        [
            .. outside.Where((_, o) => !inside.Where((_, i) => Above(differences[i, o]!, ofInside) < Tolerance).Any()),
        ];
        ClaimSelection[] left =
        [
            .. inside.Where((_, i) => !outside.Where((_, o) => Below(differences[i, o]!, ofOutside) > Tolerance).Any()),
        ];
        Verdict verdict =
            rivals.Length == 0 ? Verdict.Reproduced
            : left.Length == 0 ? Verdict.Contradicted
            : Verdict.Undecided;
        return Finding(evidence, verdict, Numbers(evidence, sides, rivals, BasisOf(all)), sides, all);
    }

    private static double Above(ContrastEstimate difference, double confidence) => difference.Value + difference.HalfWidth(confidence);

    private static double Below(ContrastEstimate difference, double confidence) => difference.Value - difference.HalfWidth(confidence);

    // What the differences rest on, all of them.
    private static string BasisOf(ContrastEstimate[] differences) =>
        (differences[0] with
        {
            TestSets = differences.Min(d => d.TestSets),
            LeftOut = differences.Max(d => d.LeftOut),
            Trainings = [.. differences.SelectMany(d => d.Trainings).Distinct().Order()],
            Borrowed = [.. differences.SelectMany(d => d.Borrowed).Distinct()],
        }).Basis;

    private string Numbers(ClaimEvidence evidence, ClaimSelection[] sides, ClaimSelection[] rivals, string basis)
    {
        (int Steps, Summary Mean)[] means = [.. sides.Select(s => (s.Steps, evidence.Summarise(s, Metric)))];
        bool alike = means.DistinctBy(m => m.Mean.Replicates).Count() == 1;
        (int Steps, Summary Mean) best = means.MinBy(m => m.Mean.Mean),
            bestInside = means.Where(m => InRange(m.Steps)).MinBy(m => m.Mean.Mean);
        string rest =
            rivals.Length == 0
                ? "every other number of steps is worse"
                : $"not told to be worse: {string.Join(", ", rivals.Select(r => r.Steps))} steps";
        return $"lowest at {Text(best)}; best of {From} to {To}: {Text(bestInside)}; {rest} ({basis})";

        // A mean over fewer trainings may be the lowest because of them.
        string Text((int Steps, Summary Mean) side)
        {
            string trainings = alike ? "" : $", {ContrastEstimate.TrainingsText(side.Mean.Replicates)}";
            return $"{side.Steps} steps ({MetricStyle.Of(Metric).Format(side.Mean.Mean)}{trainings})";
        }
    }

    private bool InRange(int steps) => steps >= From && steps <= To;
}
