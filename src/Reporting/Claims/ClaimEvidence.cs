namespace Reproduce.Reporting;

/// <summary>What a claim is decided on: the measurements of one variant of one experiment, and the paper's numbers beside them.</summary>
/// <param name="Measurements">The results table.</param>
/// <param name="PublishedResults">The paper's numbers.</param>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Variant">"paper" or the name of the variant that was run.</param>
/// <param name="Styles">How the experiment's contenders are shown.</param>
public sealed record ClaimEvidence(
    MeasurementTable Measurements, PublishedResults PublishedResults, string Experiment, string Variant, ContenderStyles Styles)
{
    /// <summary>"CMPE, 10 steps".</summary>
    internal string Label(ClaimSelection side) => Styles.Setting(side.Contender, side.Steps);

    /// <summary>Mean of a metric for one side.</summary>
    internal Summary Summarise(ClaimSelection side, string metric) => Measurements.Summarise(Key(side, metric));

    /// <summary>Left less right over the test sets that all trainings have; null when there are none.</summary>
    internal ContrastEstimate? Difference(ClaimSelection left, ClaimSelection right, string metric) =>
        Contrast.Estimate(Term(left, metric), Term(right, metric) with { Weight = -1 });

    /// <summary>A side as a term of a contrast, of weight 1.</summary>
    internal ContrastTerm Term(ClaimSelection side, string metric) => SettingContrast.Term(Measurements, Key(side, metric), Styles);

    /// <summary>"CMPE, 10 steps: not measured", for every side without a value; empty when all have one.</summary>
    internal string Missing(IEnumerable<ClaimSelection> sides, string metric) =>
        string.Join("; ", sides.Select(s => (s, Summary: Summarise(s, metric))).Where(p => !p.Summary.HasValue)
            .Select(p => $"{Label(p.s)} (budget {p.s.Budget}): {p.Summary.Hole}"));

    /// <summary>The paper's numbers for these sides; "not given" where it has none.</summary>
    internal string Published(IEnumerable<ClaimSelection> sides, string metric)
    {
        var style = MetricStyle.Of(metric);
        ClaimSelection[] distinct = sides.Distinct().ToArray();
        bool budgets = distinct.Select(s => s.Budget).Distinct().Count() > 1;
        string[] known = distinct
            .Select(s => (s, Results: PublishedResults.All(Experiment, Styles.Of(s.Contender), s.Setting, style.PublishedName)))
            .Where(p => p.Results.Count > 0)
            .Select(p => $"{Label(p.s)}{(budgets ? $" (budget {p.s.Budget})" : "")}: {Values(p.Results)}")
            .ToArray();
        return known.Length == 0 ? "not given as a number" : string.Join("; ", known);

        string Values(IEnumerable<PublishedResult> results) =>
            string.Join(", ", results.Select(r => $"{style.Format(style.Ours(r))} ({r.SourceName})"));
    }

    internal MeasurementKey Key(ClaimSelection side, string metric) => new(Experiment, Variant, side.Setting, metric);
}
