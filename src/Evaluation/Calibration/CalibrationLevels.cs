namespace Reproduce.Evaluation;

/// <summary>The levels of central intervals over which the expected calibration error is taken: 20 from 0.005 to 0.995.</summary>
internal static class CalibrationLevels
{
    /// <summary>Number of levels.</summary>
    internal const int Count = 20;

    /// <summary>Mass of an interval.</summary>
    /// <param name="k">From 0.</param>
    internal static double Of(int k) => 0.005 + k * (0.99 / (Count - 1));

    /// <summary>The median over levels of | part of the data sets whose interval holds the true value - level |.</summary>
    /// <param name="inside">How many do, by level.</param>
    /// <param name="dataSets">Number of data sets.</param>
    internal static double Error(ReadOnlySpan<int> inside, long dataSets)
    {
        double[] deviations = new double[inside.Length];
        for (int k = 0; k < deviations.Length; k++)
        {
            deviations[k] = Math.Abs((double)inside[k] / dataSets - Of(k));
        }

        Array.Sort(deviations);
        return Quantiles.OfSorted(deviations, 0.5);
    }
}
