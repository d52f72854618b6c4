namespace Reproduce.Reporting;

/// <summary>Which values of a metric are good.</summary>
public enum Direction
{
    /// <summary>A table marks none: times are the machine's, and estimates of zero scatter around it.</summary>
    None,

    /// <summary>Low ones.</summary>
    Lower,

    /// <summary>High ones.</summary>
    Higher,
}
