using MathNet.Numerics.Statistics;

namespace Reproduce.Evaluation;

/// <summary>
/// Quantiles as NumPy's default computes them: linear between the two neighbouring order statistics (Hyndman and Fan's R7).
/// </summary>
internal static class Quantiles
{
    /// <summary>A quantile.</summary>
    /// <param name="sorted">At least one value, ascending.</param>
    /// <param name="q">In [0, 1].</param>
    internal static double OfSorted(double[] sorted, double q) => SortedArrayStatistics.QuantileCustom(sorted, q, QuantileDefinition.R7);
}
