namespace Reproduce.Reporting;

/// <summary>
/// A sentence of the paper that numbers can decide: what it says, where it stands, and a comparison over measurements.
/// There is no expression language: each kind of comparison is a record of plain values.
/// </summary>
public abstract record Claim
{
    /// <summary>The kinds by the name they have in an experiment file (key "kind").</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["lower"] = typeof(LowerClaim),
        ["best"] = typeof(BestClaim),
        ["best-steps"] = typeof(BestStepsClaim),
        ["ratio"] = typeof(RatioClaim),
        ["trend"] = typeof(TrendClaim),
    };

    /// <summary>Short name, such as "cmpe-beats-fmpe-1000".</summary>
    public required string Id { get; init; }

    /// <summary>What the paper says, paraphrased in one sentence.</summary>
    public required string Text { get; init; }

    /// <summary>Where it stands, such as "Section 5.1, Figure 3".</summary>
    public required string Source { get; init; }

    /// <summary>The metric that decides; lower is better for every metric here.</summary>
    public string Metric { get; init; } = MetricStyle.C2st;

    /// <summary>
    /// Which limits of the comparison are this project's and not the paper's, and why: "60 to 90 for 'about 75 times'"; empty when the
    /// paper's words leave no choice.
    /// </summary>
    public string OurLimits { get; init; } = "";

    /// <summary>What is wrong with the claim as it is written, in one sentence, or null.</summary>
    public virtual string? Problem => null;

    /// <summary>The names of the contenders that the claim is about.</summary>
    public abstract IEnumerable<string> Contenders { get; }

    /// <summary>Decides the claim for one variant of an experiment.</summary>
    public abstract ClaimFinding Judge(ClaimEvidence evidence);

    /// <summary>The finding of this claim.</summary>
    /// <param name="evidence">What it was decided on.</param>
    /// <param name="verdict">What became of it.</param>
    /// <param name="numbers">Our numbers.</param>
    /// <param name="about">The settings it is about.</param>
    /// <param name="decisive">The estimates that decided it.</param>
    protected ClaimFinding Finding(
        ClaimEvidence evidence,
        Verdict verdict,
        string numbers,
        IEnumerable<ClaimSelection> about,
        params IEnumerable<ContrastEstimate> decisive
    ) =>
        new()
        {
            Claim = this,
            Variant = evidence.Variant,
            Verdict = verdict,
            Numbers = numbers,
            About = [.. about.Select(a => a.Setting).Distinct()],
            Published = evidence.Published(about, Metric),
            OneTraining = verdict != Verdict.NotMeasured && decisive.Any(d => d.OneTraining),
        };

    /// <summary>Confidence of each of several intervals when one of them is enough for a verdict (Bonferroni).</summary>
    /// <param name="intervals">Their number.</param>
    protected static double ConfidenceOfEach(int intervals) => 1 - ((1 - ContrastEstimate.Confidence) / intervals);

    /// <summary>"-0.0133 ± 0.0115 (100 test sets, 5 trainings)": a difference with half the width of its 95 % interval.</summary>
    /// <param name="difference">The difference.</param>
    protected static string Describe(ContrastEstimate difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        string width = difference.StandardError is null ? "" : $" ± {NumberText.Fixed(difference.HalfWidth(), 4)}";
        return $"{NumberText.Signed(difference.Value, 4)}{width} ({(width.Length == 0 ? "no interval: " : "")}{difference.Basis})";
    }
}
