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

/// <summary>Posterior medians with intervals against the true parameters of the test sets.</summary>
public sealed record RecoveryPanel : CalibrationPanel
{
    /// <summary>True parameter per test set.</summary>
    public required double[] Truth { get; init; }

    /// <summary>Posterior median per test set.</summary>
    public required double[] Median { get; init; }

    /// <summary>Lower end of the central interval per test set.</summary>
    public required double[] Lower { get; init; }

    /// <summary>Upper end of the central interval per test set.</summary>
    public required double[] Upper { get; init; }
}
