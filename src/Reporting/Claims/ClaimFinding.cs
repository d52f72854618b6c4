namespace Reproduce.Reporting;

/// <summary>A claim, decided.</summary>
public sealed record ClaimFinding
{
    /// <summary>The claim.</summary>
    public required Claim Claim { get; init; }

    /// <summary>The variant it was decided for.</summary>
    public required string Variant { get; init; }

    /// <summary>The settings that it is about.</summary>
    public IReadOnlyList<Setting> About { get; init; } = [];

    /// <summary>What became of it.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>
    /// Whether it rests on a single training of some side, whose spread between trainings nothing tells: the interval is over test sets
    /// only.
    /// </summary>
    public bool OneTraining { get; init; }

    /// <summary>Our numbers with their uncertainty, or what is missing.</summary>
    public required string Numbers { get; init; }

    /// <summary>The paper's numbers, where it gives them.</summary>
    public required string Published { get; init; }
}
