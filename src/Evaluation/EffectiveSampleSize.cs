namespace Reproduce.Evaluation;

/// <summary>How many equally weighted draws weighted ones are worth (Kish 1965): (sum w)^2 / sum w^2.</summary>
public static class EffectiveSampleSize
{
    /// <summary>Of weights.</summary>
    /// <param name="weights">None negative; they need not sum to one.</param>
    /// <returns>From 1 to the number of weights; 0 when all are zero.</returns>
    public static double Of(ReadOnlySpan<double> weights)
    {
        double sum = 0, squares = 0;
        foreach (double weight in weights)
        {
            sum += weight;
            squares += weight * weight;
        }

        return squares > 0 ? sum * sum / squares : 0;
    }
}
