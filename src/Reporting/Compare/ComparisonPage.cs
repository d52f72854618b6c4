using System.Text;

namespace Reproduce.Reporting;

/// <summary>A comparison for readers: Markdown, and a page for a browser whose chart has both results.</summary>
/// <param name="comparison">The comparison.</param>
/// <param name="settings">Settings that differ: name, and the value in each; "—" where one has none.</param>
/// <param name="facts">How each was made: name, and the value in each.</param>
/// <param name="styles">How contenders are shown, for those of the page.</param>
public sealed class ComparisonPage(
    ResultsComparison comparison,
    IReadOnlyList<(string Name, string First, string Second)> settings,
    IReadOnlyList<(string Name, string First, string Second)> facts,
    Func<IEnumerable<Contender>, ContenderStyles> styles)
{
    private const int MostNamed = 12;
    private static readonly string[] s_columns = ["contender", "budget", "A", "B", "B − A", "B is"];
    private static readonly bool[] s_numeric = [false, true, true, true, true, false];

    /// <summary>A sentence for each metric, the differences that are certain, the settings that differ: for a terminal.</summary>
    public string Summary()
    {
        StringBuilder text = new();
        text.Append("A: ").Append(comparison.First.Name).Append("\nB: ").Append(comparison.Second.Name).Append("\n\n");
        AppendSettings(text, escape: t => t);
        foreach (string line in Tallies())
        {
            text.Append(line).Append('\n');
        }

        ComparedQuantity[] certain =
        [
            .. comparison.Quantities.Where(q => q.IsCertain)
                .OrderByDescending(q => Math.Abs(q.Difference.Value) / q.Difference.HalfWidth()),
        ];
        if (certain.Length > 0)
        {
            text.Append(certain.Length > MostNamed ? $"\nThe {MostNamed} most certain differences:\n\n" : "\n");
            text.Append(MarkdownTable.PipeTable(
                ["metric", .. s_columns],
                [false, .. s_numeric],
                [.. certain.Take(MostNamed).Select(q => (string[])[MetricStyle.Of(q.Metric).Heading, .. Row(q)])]));
        }

        return text.ToString();
    }

    /// <summary>The whole comparison, Markdown.</summary>
    public string Markdown()
    {
        StringBuilder text = new();
        text.Append("# ").Append(Title).Append("\n\nA is `").Append(comparison.First.Name).Append("`, B is `")
            .Append(comparison.Second.Name).Append("`.\n\n");
        text.Append("## Settings that differ\n\n");
        AppendSettings(text, MarkdownTable.Escape);
        text.Append("## What differs\n\n").Append(Guide).Append("\n\n");
        foreach (string line in Tallies())
        {
            text.Append("- ").Append(line).Append('\n');
        }

        AppendOnly(text, "A", comparison.OnlyFirst);
        AppendOnly(text, "B", comparison.OnlySecond);
        foreach (IGrouping<string, ComparedQuantity> metric in comparison.Quantities.GroupBy(q => q.Metric))
        {
            text.Append("\n## ").Append(MetricStyle.Of(metric.Key).Heading).Append("\n\n")
                .Append(MarkdownTable.PipeTable(s_columns, s_numeric, [.. metric.Select(Row)]));
        }

        text.Append("\n## How they were made\n\n").Append(Pairs(facts, MarkdownTable.Escape));
        return text.ToString();
    }

    /// <summary>The same for a browser; the chart has the contenders of both, each named with its letter.</summary>
    public HtmlReport Html()
    {
        Contender[] contenders = [.. Lettered(comparison.First, "A"), .. Lettered(comparison.Second, "B")];
        MeasurementTable both = new(Rows(comparison.First, "A").Concat(Rows(comparison.Second, "B")));
        string[] metrics = [.. comparison.Quantities.Select(q => q.Metric).Distinct()];
        return new HtmlReport
        {
            Title = Title,
            Introduction = $"A is {comparison.First.Name}, B is {comparison.Second.Name}.",
            Findings = Markdown(),
            Data = new HtmlData(
                both, PublishedResults.None, styles(contenders), comparison.First.Experiment, comparison.First.Variant, metrics),
            Facts =
            [
                .. facts.SelectMany(f => new[] { ($"{f.Name}, A", f.First), ($"{f.Name}, B", f.Second) }),
            ],
        };
    }

    private string Title => comparison.First.Experiment == comparison.Second.Experiment
        ? $"{comparison.First.Experiment}: two results compared"
        : $"{comparison.First.Experiment} and {comparison.Second.Experiment} compared";

    private string Guide =>
        "± is half the width of the 95 % interval. "
        + (comparison.IsPaired
            ? "Both were measured on the same test sets, so the difference is taken test set by test set and training by training. "
            : "Name, seed, task or test settings differ, so the two count as independent. ")
        + "Of differences that are none, one in twenty is certain by chance.";

    private IEnumerable<string> Tallies() =>
        from metric in comparison.Quantities.GroupBy(q => q.Metric)
        let counts = metric.GroupBy(q => q.Verdict).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}")
        select $"{MetricStyle.Of(metric.Key).Label}: {metric.Count()} in both, B is {string.Join(", ", counts)}";

    private void AppendOnly(StringBuilder text, string letter, IReadOnlyList<Setting> only)
    {
        if (only.Count > 0)
        {
            string more = only.Count > MostNamed ? $" and {only.Count - MostNamed} more" : "";
            IEnumerable<string> names = only.Take(MostNamed)
                .Select(s => $"{comparison.Styles.Setting(s.Contender, s.Steps)} at {NumberText.Fixed(s.Budget, 0)}");
            text.Append("- Only ").Append(letter).Append(" has: ").AppendJoin("; ", names).Append(more).Append('\n');
        }
    }

    private void AppendSettings(StringBuilder text, Func<string, string> escape) =>
        text.Append(settings.Count == 0 ? "The settings are the same.\n\n" : Pairs(settings, escape) + "\n");

    private static string Pairs(IReadOnlyList<(string Name, string First, string Second)> pairs, Func<string, string> escape) =>
        MarkdownTable.PipeTable(
            ["", "A", "B"],
            [false, false, false],
            [.. pairs.Select(p => new[] { p.Name, p.First, p.Second }.Select(escape).ToArray())]);

    private string[] Row(ComparedQuantity quantity)
    {
        MetricStyle style = MetricStyle.Of(quantity.Metric);
        return
        [
            MarkdownTable.Escape(comparison.Styles.Setting(quantity.Setting.Contender, quantity.Setting.Steps)),
            NumberText.Fixed(quantity.Setting.Budget, 0),
            Number(quantity.First),
            Number(quantity.Second),
            Number(quantity.Difference),
            quantity.IsCertain ? $"**{quantity.Verdict}**" : quantity.Verdict,
        ];

        string Number(ContrastEstimate estimate) => double.IsFinite(estimate.HalfWidth())
            ? $"{style.Format(estimate.Value)} ± {style.Format(estimate.HalfWidth())}"
            : style.Format(estimate.Value);
    }

    private IEnumerable<Contender> Lettered(ComparedResults results, string letter) =>
        results.Measurements.Contenders.Select(c =>
            new Contender(Named(c.Name, letter), c.Method, c.Network, $"{comparison.Styles.Of(c.Name).Label}, {letter}"));

    private IEnumerable<Measurement> Rows(ComparedResults results, string letter) =>
        results.Measurements.Rows.Where(r => r.Contender != Measurement.Reference).Select(r => r with
        {
            Experiment = comparison.First.Experiment,
            Variant = comparison.First.Variant,
            Contender = Named(r.Contender, letter),
        });

    private static string Named(string contender, string letter) => $"{contender} {letter}";
}
