namespace Reproduce.Reporting;

/// <summary>A cell of a result table; the writers decide how a hole or a best value looks.</summary>
public sealed record TableCell
{
    /// <summary>What is shown, such as "0.612 ± 0.004"; empty where nothing belongs.</summary>
    public string Text { get; init; } = "";

    /// <summary>The number behind the text.</summary>
    public double? Value { get; init; }

    /// <summary>What stands behind ±.</summary>
    public double? PlusMinus { get; init; }

    /// <summary>Why something is missing, or null.</summary>
    public string? Hole { get; init; }

    /// <summary>Whether this is the best value of its column (among the contenders of one budget).</summary>
    public bool Best { get; init; }
}
