namespace Reproduce.Reporting;

/// <summary>Histogram of SBC ranks.</summary>
public sealed record RankHistogramPanel : CalibrationPanel
{
    /// <summary>Number of ranks per bin; bins divide [0, 1] evenly.</summary>
    public required int[] Counts { get; init; }

    /// <summary>Lower end of the range that each bin keeps for uniform ranks.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper end of the range that each bin keeps for uniform ranks.</summary>
    public required double[] Upper { get; init; }
}
