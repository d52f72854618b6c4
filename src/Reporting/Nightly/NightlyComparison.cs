namespace Reproduce.Reporting;

/// <summary>Judges the numbers of a night by those of a baseline.</summary>
/// <remarks>
/// The same source and seed on the same machine give the same draws bit for bit, so quality changes there by a change of the source
/// alone. On another machine sums round differently and a training goes another way: an entry is worse only when it exceeds
/// <code>
/// quality   baseline + margin + 4 standard errors of the difference
/// speed     baseline x factor + standard error of the difference
/// </code>
/// The difference is taken test set by test set, which the seed makes the same ones, so that easy and hard ones cancel. Its standard
/// error does not see that a second training is, over all test sets, a little better or worse than the first: that is what the margin
/// is for. Four standard errors, because a night has about 200 entries: were every training off by the whole margin, they would still
/// keep a false alarm to one night in thirteen with 20 test sets (Student's t with 19 degrees of freedom), and trainings are not that
/// far off. The calibration error has no value per test set; its standard errors are added as if the test sets were others. For speed
/// the factor covers what the floor does not: on another processor libtorch's products gain more or less than the code around them, or
/// the vector code is not taken at all. A speed whose rounds scatter too much is not judged, unless all of them are slower by the factor.
/// </remarks>
public static class NightlyComparison
{
    /// <summary>Standard errors that noise may explain.</summary>
    public const double StandardErrors = 4;

    /// <summary>How many times slower, beside its floor, code may be on the baseline's processor.</summary>
    public const double SlowerBy = 1.5;

    /// <summary>How many times slower, beside its floor, code may be on another processor.</summary>
    public const double SlowerByElsewhere = 3;

    /// <summary>A speed with a larger standard error, as a share of it, is too noisy to judge.</summary>
    public const double NoisyAbove = 0.1;

    /// <summary>A verdict for every entry of the baseline and of the night.</summary>
    /// <param name="baseline">What to compare with; null when there is none yet, and then everything is new.</param>
    /// <param name="night">The night's numbers.</param>
    /// <param name="key">Where and with what they were measured, <see cref="NightlyOrigin.Key"/>.</param>
    public static IReadOnlyList<NightlyVerdict> Compare(NightlyBaseline? baseline, IReadOnlyList<NightlyEntry> night, string key)
    {
        var measured = night.ToDictionary(e => e.Name);
        var known = (baseline?.Entries ?? []).ToDictionary(e => e.Name);
        bool elsewhere = baseline is not null && baseline.Origin.Key != key;
        return
        [
            .. known.Values.Select(e => Judge(e, measured.GetValueOrDefault(e.Name), elsewhere)),
            .. night.Where(e => !known.ContainsKey(e.Name)).Select(e => new NightlyVerdict
            {
                // What fails is a finding, whether it ever worked or not.
                Outcome = e.Hole is null ? NightlyOutcome.New : NightlyOutcome.Missing,
                Night = e,
            }),
        ];
    }

    private static NightlyVerdict Judge(NightlyEntry baseline, NightlyEntry? night, bool elsewhere)
    {
        if (night is null || night.Hole is not null)
        {
            return new NightlyVerdict { Outcome = NightlyOutcome.Missing, Baseline = baseline, Night = night };
        }

        double limit = Limit(baseline, night, elsewhere);
        return new NightlyVerdict
        {
            Outcome = IsNoisy(night) && night.Values.Any(v => v <= Factor(elsewhere) * baseline.Value) ? NightlyOutcome.Noisy
                : night.Value > limit ? NightlyOutcome.Worse
                : baseline.Value > Limit(night, baseline, elsewhere) ? NightlyOutcome.Better
                : NightlyOutcome.Unchanged,
            Baseline = baseline,
            Night = night,
            Limit = limit,
        };
    }

    private static double Factor(bool elsewhere) => elsewhere ? SlowerByElsewhere : SlowerBy;

    private static bool IsNoisy(NightlyEntry night) =>
        night.Kind == NightlyKind.Speed && night.StandardError > NoisyAbove * night.Value;

    private static double Limit(NightlyEntry from, NightlyEntry to, bool elsewhere)
    {
        if (from.Kind == NightlyKind.Speed)
        {
            double factor = Factor(elsewhere);
            return factor * from.Value + Combined(factor * from.StandardError, to.StandardError);
        }

        // What a baseline has and no nightly watches any more has no margin.
        NightlyWatch? watch = MetricStyle.Of(from.Metric).Nightly;
        double margin = watch is null ? 0 : watch.IsShare ? watch.Margin * from.Value : watch.Margin;
        bool paired = from.Values.Length == to.Values.Length && from.Values.Length > 1;
        double error = paired
            ? SampleStatistics.StandardError([.. from.Values.Zip(to.Values, (a, b) => b - a)])!.Value
            : Combined(from.StandardError, to.StandardError);
        return from.Value + margin + StandardErrors * error;
    }

    private static double Combined(double a, double b) => Math.Sqrt(a * a + b * b);
}
