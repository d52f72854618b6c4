namespace Reproduce.Reporting;

/// <summary>Verdicts as pages have them.</summary>
public static class VerdictNames
{
    /// <summary>"reproduced", "contradicted", "undecided" or "not measured".</summary>
    /// <param name="verdict">The verdict.</param>
    public static string ToWords(this Verdict verdict) => verdict switch
    {
        Verdict.Reproduced => "reproduced",
        Verdict.Contradicted => "contradicted",
        Verdict.Undecided => "undecided",
        _ => "not measured",
    };

    /// <summary>
    /// "5 reproduced, 0 contradicted, 2 undecided, 6 not measured", for each variant: a claim that was decided on two is still one claim.
    /// </summary>
    /// <param name="findings">The claims, decided.</param>
    public static string Tally(this IReadOnlyCollection<ClaimFinding> findings) =>
        string.Join(
            "; ",
            findings.ByVariant().Select(v => OfVariant(v) + (v.Key == Measurement.PaperVariant ? "" : $" (variant {v.Key})")));

    /// <summary>The findings of each variant, the paper's first.</summary>
    /// <param name="findings">The claims, decided.</param>
    internal static IEnumerable<IGrouping<string, ClaimFinding>> ByVariant(this IEnumerable<ClaimFinding> findings) =>
        findings.GroupBy(f => f.Variant).OrderBy(v => v.Key != Measurement.PaperVariant);

    private static string OfVariant(IEnumerable<ClaimFinding> findings) =>
        string.Join(", ", Enum.GetValues<Verdict>().Select(v => $"{findings.Count(f => f.Verdict == v)} {v.ToWords()}"));
}
