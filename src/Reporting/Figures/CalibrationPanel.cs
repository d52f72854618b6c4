namespace Reproduce.Reporting;

/// <summary>What calibration panels have in common: whose posterior, and of which parameter.</summary>
public abstract record CalibrationPanel
{
    /// <summary>The contender; gives name and colour.</summary>
    public required ContenderStyle Contender { get; init; }

    /// <summary>Sampling steps; 1 for flows.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>Name of the parameter.</summary>
    public required string Parameter { get; init; }

    internal string RowName => Contender.Setting(Steps);
}
