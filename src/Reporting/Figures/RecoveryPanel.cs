namespace Reproduce.Reporting;

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
