namespace Reproduce.Reporting;

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
}
