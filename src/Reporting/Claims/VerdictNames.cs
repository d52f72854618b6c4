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
}
