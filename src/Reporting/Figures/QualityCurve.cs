namespace Reproduce.Reporting;

/// <summary>A point of a curve; positions on logarithmic axes are base-10 logarithms already.</summary>
internal sealed record CurvePoint(double X, double Y, double Low, double High, string Label);

/// <summary>
/// A curve of one contender: ours, or the paper's. Steps is set where a curve belongs to one number of steps; a second such curve of a
/// contender is drawn open and dashed. Source names where a published curve stands; rank 1 and above are further sources of one contender.
/// </summary>
internal sealed record QualityCurve(
    ContenderStyle Contender,
    IReadOnlyList<CurvePoint> Points,
    bool Published,
    bool Secondary = false,
    int? Steps = null,
    string Source = "",
    int SourceRank = 0
)
{
    public static CurvePoint Point(double x, Summary summary, BandKind band, string label)
    {
        double low = summary.Mean, high = summary.Mean;
        if (band == BandKind.Interval && summary.HalfWidth is { } width)
        {
            (low, high) = (low - width, high + width);
        }
        else if (band == BandKind.Quantiles)
        {
            (low, high) = (SampleStatistics.Quantile(summary.Values, 0.1), SampleStatistics.Quantile(summary.Values, 0.9));
        }

        return new CurvePoint(x, summary.Mean, low, high, label);
    }

    /// <summary>Whether a published curve's points are joined by a line.</summary>
    public bool IsJoined => SourceRank == 0 && Points.Count > 2;

    /// <summary>The same curve on a logarithmic axis of values.</summary>
    public QualityCurve WithLogarithms() =>
        this with { Points = [.. Points.Select(p => p with { Y = Math.Log10(p.Y), Low = Math.Log10(p.Low), High = Math.Log10(p.High) })] };
}
