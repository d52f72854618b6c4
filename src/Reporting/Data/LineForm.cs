namespace Reproduce.Reporting;

/// <summary>The pattern of a line in a figure.</summary>
public enum LineForm
{
    /// <summary>Without gaps.</summary>
    Solid,

    /// <summary>Short dashes.</summary>
    Dash,

    /// <summary>Long dashes.</summary>
    LongDash,
}
