namespace Reproduce.Evaluation;

/// <summary>Quantiles as NumPy's default computes them: linear between the two neighbouring order statistics.</summary>
internal static class Quantiles
{
    internal static double OfSorted(ReadOnlySpan<double> sorted, double q)
    {
        (int below, int above, double weight) = Position(sorted.Length, q);
        return sorted[below] + weight * (sorted[above] - sorted[below]);
    }

    internal static double OfSorted(ReadOnlySpan<float> sorted, double q)
    {
        (int below, int above, double weight) = Position(sorted.Length, q);
        return sorted[below] + weight * ((double)sorted[above] - sorted[below]);
    }

    private static (int Below, int Above, double Weight) Position(int length, double q)
    {
        double position = Math.Clamp(q, 0, 1) * (length - 1);
        int below = (int)Math.Floor(position);
        return (below, Math.Min(below + 1, length - 1), position - below);
    }
}
