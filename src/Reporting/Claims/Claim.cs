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

    /// <summary>Decides the claim for one variant of an experiment.</summary>
    public abstract ClaimFinding Judge(ClaimEvidence evidence);

    /// <summary>The finding of this claim.</summary>
    protected ClaimFinding Finding(ClaimEvidence evidence, Verdict verdict, string numbers, IEnumerable<ClaimSelection> about) =>
        new() { Claim = this, Variant = evidence.Variant, Verdict = verdict, Numbers = numbers, Published = evidence.Published(about, Metric) };
}

/// <summary>Which measurements one side of a comparison means.</summary>
public sealed record ClaimSelection
{
    /// <summary>Name of the contender.</summary>
    public required string Contender { get; init; }

    /// <summary>Number of training simulations.</summary>
    public required int Budget { get; init; }

    /// <summary>Sampling steps; 1 for flows.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>The setting that is meant.</summary>
    internal Setting Setting => new(Contender, Budget, Steps);

    /// <summary>"CMPE, 10 steps".</summary>
    internal string Label => DisplayNames.Setting(Contender, Steps);
}

/// <summary>What became of a claim.</summary>
public enum Verdict
{
    /// <summary>The numbers bear it out beyond their uncertainty.</summary>
    Reproduced,

    /// <summary>The numbers contradict it, or cannot tell the two sides apart.</summary>
    NotReproduced,

    /// <summary>Something that the comparison needs was not measured, or failed.</summary>
    NotMeasured,
}

/// <summary>A claim, decided.</summary>
public sealed record ClaimFinding
{
    /// <summary>The claim.</summary>
    public required Claim Claim { get; init; }

    /// <summary>The variant it was decided for.</summary>
    public required string Variant { get; init; }

    /// <summary>What became of it.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Our numbers with their uncertainty, or what is missing.</summary>
    public required string Numbers { get; init; }

    /// <summary>The paper's numbers, where it gives them.</summary>
    public required string Published { get; init; }
}
