namespace Reproduce.Tasks.Tumor;

/// <summary>What one simulation returns; reused from run to run.</summary>
public sealed class TumorOutput
{
    /// <summary>Number of points of the growth curve.</summary>
    public const int GrowthPoints = 20;

    /// <summary>Number of radial bins that the paper uses; the original writes 1000.</summary>
    public const int DefaultBins = 300;

    /// <summary>Room for the output of a simulator with the same number of bins.</summary>
    /// <param name="bins">Number of 1-micrometre bins of the radial profiles.</param>
    public TumorOutput(int bins = DefaultBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        Proliferation = new double[bins];
        Ecm = new double[bins];
    }

    /// <summary>Radius of the spheroid at 24, 48, ..., 480 h, micrometres.</summary>
    public double[] Growth { get; } = new double[GrowthPoints];

    /// <summary>Share of proliferating cells by distance to the border (1-micrometre bins), mean over day 17.</summary>
    public double[] Proliferation { get; }

    /// <summary>Extracellular matrix by distance to the border (1-micrometre bins), mean over day 17.</summary>
    public double[] Ecm { get; }
}
