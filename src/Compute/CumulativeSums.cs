namespace Reproduce.Compute;

/// <summary>Draws of one of several things by their weights, whose running sums are known.</summary>
public static class CumulativeSums
{
    /// <summary>Which of them a number falls to: the first one whose running sum is above it.</summary>
    /// <param name="sums">Running sums of the weights, ascending, at least one.</param>
    /// <param name="value">From 0 to below the last sum; beyond it, as rounding may bring it, it falls to the last one.</param>
    public static int IndexOf(double[] sums, double value)
    {
        ArgumentNullException.ThrowIfNull(sums);
        int found = Array.BinarySearch(sums, value);
        return Math.Min(found < 0 ? ~found : found + 1, sums.Length - 1);
    }
}
