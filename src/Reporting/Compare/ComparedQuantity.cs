namespace Reproduce.Reporting;

/// <summary>A number that two results have, and by how much they differ.</summary>
/// <param name="Setting">Contender, budget and steps.</param>
/// <param name="Metric">Name of the metric.</param>
/// <param name="First">The first one's mean.</param>
/// <param name="Second">The second one's mean.</param>
/// <param name="Difference">Second minus first, with its interval.</param>
public sealed record ComparedQuantity(
    Setting Setting, string Metric, ContrastEstimate First, ContrastEstimate Second, ContrastEstimate Difference)
{
    /// <summary>Whether the interval of the difference leaves 0 out.</summary>
    public bool IsCertain => Difference.Low > 0 || Difference.High < 0;

    /// <summary>
    /// "better" or "worse" of the second where the difference is certain and the metric says what is better; "lower" or "higher" where it
    /// does not say; "equal" for a difference of exactly 0 and "undecided" otherwise.
    /// </summary>
    public string Verdict
    {
        get
        {
            if (!IsCertain)
            {
                return Difference is { Value: 0, StandardError: 0 } ? "equal" : "undecided";
            }

            bool isLower = Difference.Value < 0;
            return MetricStyle.Of(Metric).Better switch
            {
                Direction.None => isLower ? "lower" : "higher",
                Direction.Lower => isLower ? "better" : "worse",
                _ => isLower ? "worse" : "better",
            };
        }
    }
}
