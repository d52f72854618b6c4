using MathNet.Numerics;

namespace Reproduce.Inference.Estimators;

/// <summary>
/// The noise levels of consistency training and sampling (Song and Dhariwal 2023; the paper's Appendix A).
/// </summary>
/// <remarks>t_i = (eps^(1/rho) + (i-1)/(N-1) (T^(1/rho) - eps^(1/rho)))^rho, i = 1..N, from the smallest level eps to the largest
/// T.</remarks>
public static class ConsistencySchedule
{
    /// <summary>The grid of N noise levels, ascending.</summary>
    /// <param name="points">N, at least 2.</param>
    /// <param name="smallest">eps.</param>
    /// <param name="largest">T.</param>
    /// <param name="rho">Curvature; 7 in the paper.</param>
    public static double[] Grid(int points, double smallest, double largest, double rho)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        double low = Math.Pow(smallest, 1 / rho);
        double high = Math.Pow(largest, 1 / rho);
        double[] grid = new double[points];
        for (int i = 0; i < points; i++)
        {
            grid[i] = Math.Pow(low + (double)i / (points - 1) * (high - low), rho);
        }

        // The ends are boundary conditions: exact, not to rounding.
        grid[0] = smallest;
        grid[^1] = largest;
        return grid;
    }

    /// <summary>The levels at which a draw with K passes calls the network, descending from T: a grid of K+1 points without eps.</summary>
    /// <param name="steps">K, at least 1.</param>
    /// <param name="smallest">eps.</param>
    /// <param name="largest">T.</param>
    /// <param name="rho">Curvature.</param>
    public static double[] SamplingLevels(int steps, double smallest, double largest, double rho)
    {
        double[] grid = Grid(steps + 1, smallest, largest, rho);
        Array.Reverse(grid);
        return grid[..steps];
    }

    /// <summary>Training steps for which the number of intervals stays the same: K' = floor(K / (log2(floor(s1 / s0)) + 1)).</summary>
    /// <param name="totalSteps">K.</param>
    /// <param name="s0">Intervals at the start.</param>
    /// <param name="s1">Intervals at the end.</param>
    public static long StageLength(long totalSteps, int s0, int s1) =>
        Math.Max(1, (long)Math.Floor(totalSteps / (Math.Log2(s1 / s0) + 1)));

    /// <summary>Intervals between noise levels at a training step: min(s0 2^floor(k / K'), s1).</summary>
    /// <param name="step">k, from 0.</param>
    /// <param name="totalSteps">K.</param>
    /// <param name="s0">Intervals at the start.</param>
    /// <param name="s1">Intervals at the end.</param>
    public static int Intervals(long step, long totalSteps, int s0, int s1)
    {
        long stage = step / StageLength(totalSteps, s0, s1);
        return stage >= 31 ? s1 : (int)Math.Min((long)s0 << (int)stage, s1);
    }

    /// <summary>
    /// Probabilities of the intervals, proportional to erf((log t_{i+1} - m) / (sqrt2 s)) - erf((log t_i - m) / (sqrt2 s)).
    /// </summary>
    /// <param name="grid">Ascending noise levels, N.</param>
    /// <param name="mean">m, the mean of the log noise level; -1.1 in the paper.</param>
    /// <param name="deviation">s, its standard deviation; 2 in the paper.</param>
    /// <returns>N-1 numbers that sum to 1.</returns>
    public static double[] IntervalProbabilities(double[] grid, double mean, double deviation)
    {
        ArgumentNullException.ThrowIfNull(grid);
        double[] edges = [.. grid.Select(t => SpecialFunctions.Erf((Math.Log(t) - mean) / (Math.Sqrt(2) * deviation)))];
        double total = edges[^1] - edges[0];
        return [.. Enumerable.Range(0, grid.Length - 1).Select(i => (edges[i + 1] - edges[i]) / total)];
    }
}
