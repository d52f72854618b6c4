namespace Reproduce.Reporting;

/// <summary>How a kind of contender is shown in tables and figures. Which kinds there are is for the caller to say.</summary>
public sealed record MethodStyle
{
    /// <summary>The kind's name in experiment files and tables of numbers, such as <c>cmpe</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The kind's name for readers, such as CMPE.</summary>
    public required string Label { get; init; }

    /// <summary>Place in tables and legends, ascending.</summary>
    public required int Order { get; init; }

    /// <summary>Colour of its lines and points, "#RRGGBB".</summary>
    public required string Colour { get; init; }

    /// <summary>Form of its points.</summary>
    public required MarkerForm Marker { get; init; }

    /// <summary>Pattern of its lines.</summary>
    public LineForm Line { get; init; } = LineForm.Solid;

    /// <summary>What a step of drawing is called, in the singular ("step", "pass"); null for a kind that has no steps to choose.</summary>
    public string? StepWord { get; init; }
}
