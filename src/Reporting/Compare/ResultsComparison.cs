namespace Reproduce.Reporting;

/// <summary>Two results side by side: every quantity that both have, with the interval of its difference.</summary>
public sealed class ResultsComparison
{
    /// <summary>Compares.</summary>
    /// <param name="first">The one.</param>
    /// <param name="second">The other.</param>
    /// <param name="isPaired">
    /// Whether both were measured on the same test sets with the same training sets (the same name, seed, task and test settings), so that
    /// the difference is taken test set by test set. Otherwise they count as independent.
    /// </param>
    /// <param name="styles">How contenders are shown; decides the order.</param>
    public ResultsComparison(ComparedResults first, ComparedResults second, bool isPaired, ContenderStyles styles)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(styles);
        First = first;
        Second = second;
        IsPaired = isPaired;
        Styles = styles;
        (Setting Setting, string Metric)[] own = [.. first.Quantities()];
        HashSet<(Setting Setting, string Metric)> others = [.. second.Quantities()];
        OnlyFirst = [.. styles.InOrder(own.Where(q => !others.Contains(q)).Select(q => q.Setting).Distinct())];
        OnlySecond = [.. styles.InOrder(others.Except(own).Select(q => q.Setting).Distinct())];
        ILookup<string, Setting> shared = own.Where(others.Contains).ToLookup(q => q.Metric, q => q.Setting);
        string[] known = [.. MetricStyle.All.Select(m => m.Name)];
        Quantities =
        [
            .. from metric in shared.OrderBy(m => Array.IndexOf(known, m.Key) is int i and >= 0 ? i : known.Length)
                   .ThenBy(m => m.Key, StringComparer.Ordinal)
               from setting in styles.InOrder(metric)
               let quantity = Compare(setting, metric.Key)
               where quantity is not null
               select quantity,
        ];
    }

    /// <summary>The one.</summary>
    public ComparedResults First { get; }

    /// <summary>The other.</summary>
    public ComparedResults Second { get; }

    /// <summary>Whether differences are taken test set by test set.</summary>
    public bool IsPaired { get; }

    /// <summary>How contenders are shown.</summary>
    public ContenderStyles Styles { get; }

    /// <summary>What both have, by metric and then in the order of tables.</summary>
    public IReadOnlyList<ComparedQuantity> Quantities { get; }

    /// <summary>Settings of which only the first has some metric.</summary>
    public IReadOnlyList<Setting> OnlyFirst { get; }

    /// <summary>Settings of which only the second has some metric.</summary>
    public IReadOnlyList<Setting> OnlySecond { get; }

    private ComparedQuantity? Compare(Setting setting, string metric)
    {
        ContrastTerm a = SettingContrast.Term(First.Measurements, First.Key(setting, metric), Styles);
        ContrastTerm b = SettingContrast.Term(Second.Measurements, Second.Key(setting, metric), Styles);
        return Contrast.Estimate(a) is ContrastEstimate first && Contrast.Estimate(b) is ContrastEstimate second
            && Difference(a, b, first, second) is ContrastEstimate difference
                ? new ComparedQuantity(setting, metric, first, second, difference)
                : null;
    }

    private ContrastEstimate? Difference(ContrastTerm a, ContrastTerm b, ContrastEstimate first, ContrastEstimate second)
    {
        if (!IsPaired)
        {
            return Contrast.Difference(first, second);
        }

        // The same numbers differ by nothing, whatever they scatter by.
        return a.Values.Equal(b.Values)
            ? Contrast.Estimate(b)! with { Value = 0, StandardError = 0, DegreesOfFreedom = double.PositiveInfinity }
            : Contrast.Estimate(b, a with { Weight = -1 });
    }
}
