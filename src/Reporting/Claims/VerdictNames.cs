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

    /// <summary>"5 reproduced, 0 contradicted, 2 undecided, 6 not measured".</summary>
    /// <param name="findings">The claims, decided.</param>
    public static string Tally(this IReadOnlyCollection<ClaimFinding> findings) =>
        string.Join(", ", Enum.GetValues<Verdict>().Select(v => $"{findings.Count(f => f.Verdict == v)} {v.ToWords()}"));
}
