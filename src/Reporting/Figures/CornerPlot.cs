namespace Reproduce.Reporting;

/// <summary>What a corner plot shows: all parameters of one contender's draws for one observation.</summary>
public sealed record CornerPlot
{
    /// <summary>Names of the parameters, D of them.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The contender.</summary>
    public required ContenderStyle Contender { get; init; }

    /// <summary>Its name for readers with its steps, such as "CMPE, 10 steps".</summary>
    public required string Setting { get; init; }

    /// <summary>Which observation, such as "test set 1".</summary>
    public required string Observation { get; init; }

    /// <summary>Its draws: for each of the D parameters the values of all draws.</summary>
    public required IReadOnlyList<double[]> Draws { get; init; }

    /// <summary>The reference draws in the same form, or null where there are none.</summary>
    public IReadOnlyList<double[]>? Reference { get; init; }

    /// <summary>Whether those are from the exact posterior.</summary>
    public bool IsReferenceExact { get; init; } = true;

    /// <summary>The true parameters, [D], or null where they are not known.</summary>
    public IReadOnlyList<double>? Truth { get; init; }
}
