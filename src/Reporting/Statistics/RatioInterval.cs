namespace Reproduce.Reporting;

/// <summary>
/// The 95 % interval of a ratio of two positive means after Fieller (1954): all ratios r for which the interval of numerator - r
/// denominator holds 0.
/// </summary>
internal sealed record RatioInterval
{
    private const int Halvings = 60;
    private const double Largest = 1e9;

    /// <summary>The ratio of the means.</summary>
    public required double Value { get; init; }

    /// <summary>Lower end, at least 0; 0 where nothing says how far the means scatter.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end; infinite where the denominator cannot be told from 0 or nothing says how far the means scatter.</summary>
    public required double High { get; init; }

    /// <summary>The difference at the ratio of the means, about 0: what the interval rests on.</summary>
    public required ContrastEstimate Difference { get; init; }

    /// <summary>Seeks the ends; null when the two have no test set in common.</summary>
    /// <param name="difference">Numerator less r times the denominator, for a ratio r.</param>
    /// <param name="ratio">The ratio of the means, above 0.</param>
    public static RatioInterval? Of(Func<double, ContrastEstimate?> difference, double ratio)
    {
        if (difference(ratio) is not ContrastEstimate middle)
        {
            return null;
        }

        bool known = middle.StandardError is not null;
        double outside = Math.Max(1, 2 * ratio);
        while (known && outside < Largest && difference(outside)!.High >= 0)
        {
            outside *= 2;
        }

        return new RatioInterval
        {
            Value = ratio,
            Low = !known || difference(0)!.Low <= 0 ? 0 : Change(r => difference(r)!.Low > 0, 0, ratio),
            High = !known || outside >= Largest ? double.PositiveInfinity : Change(r => difference(r)!.High >= 0, ratio, outside),
            Difference = middle,
        };
    }

    /// <summary>"0.846, 95 % interval 0.52 to 1.3 (one training)".</summary>
    public override string ToString()
    {
        string interval = Difference.StandardError is null ? ", no interval"
            : $", 95 % interval {NumberText.Significant(Low, 3)} to {(double.IsInfinity(High) ? "any" : NumberText.Significant(High, 3))}";
        return $"{NumberText.Significant(Value, 3)}{interval} ({Difference.Basis})";
    }

    // Where a condition that holds at the low end and not at the high end changes.
    private static double Change(Func<double, bool> holds, double low, double high)
    {
        for (int i = 0; i < Halvings && high - low > 1e-9 * high; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = holds(middle) ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
