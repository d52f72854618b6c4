namespace Reproduce.Reporting;

/// <summary>Difference of the empirical distribution function of the SBC ranks and the uniform one, with simultaneous bands.</summary>
public sealed record EcdfPanel : CalibrationPanel
{
    /// <summary>Fractional rank, ascending in [0, 1].</summary>
    public required double[] Grid { get; init; }

    /// <summary>ECDF minus the uniform distribution function at the grid.</summary>
    public required double[] Difference { get; init; }

    /// <summary>Lower simultaneous band of that difference.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper simultaneous band of that difference.</summary>
    public required double[] Upper { get; init; }
}
