namespace Reproduce.Reporting;

/// <summary>What became of a claim.</summary>
public enum Verdict
{
    /// <summary>The whole interval lies on the claimed side.</summary>
    Reproduced,

    /// <summary>The whole interval lies on the other side.</summary>
    Contradicted,

    /// <summary>The interval spans both sides, or nothing says how far the numbers scatter.</summary>
    Undecided,

    /// <summary>Something that the comparison needs was not measured, or failed.</summary>
    NotMeasured,
}
