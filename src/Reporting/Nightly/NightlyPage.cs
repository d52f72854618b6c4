using System.Globalization;
using System.Text;

namespace Reproduce.Reporting;

/// <summary>
/// The page of the last night: regressions, changes in the history, a line for each experiment and class of benchmarks, the trend, times.
/// </summary>
public sealed record NightlyPage
{
    /// <summary>When and where the night was measured.</summary>
    public required NightlyOrigin Origin { get; init; }

    /// <summary>What it was compared with, or null.</summary>
    public required NightlyOrigin? Baseline { get; init; }

    /// <summary>The verdicts by the baseline.</summary>
    public required IReadOnlyList<NightlyVerdict> Verdicts { get; init; }

    /// <summary>All nights of the night's key.</summary>
    public required IReadOnlyList<NightlySeries> Series { get; init; }

    /// <summary>The steps of the night with their seconds.</summary>
    public required IReadOnlyList<(string Step, double Seconds)> Times { get; init; }

    /// <summary>File name of the trend figure beside the page, or null while there are too few nights for one.</summary>
    public required string? Trend { get; init; }

    /// <summary>
    /// The changes for the worse that stand and that no baseline has accepted: what was made the baseline later is how it shall be.
    /// </summary>
    public IEnumerable<NightlyChange> Regressions => Series.SelectMany(s => s.Changes.Where(
        c => c.IsWorse && s.Stands(c) && (Baseline is null || !s.HadComeBy(c, Baseline.Date))));

    /// <summary>A line for each regression, by the baseline and in the history.</summary>
    public IEnumerable<string> RegressionLines =>
    [
        .. Verdicts.Where(v => v.IsRegression)
            .Select(v => (Baseline is null ? "regression: " : $"regression since {Baseline.Commit}: ") + v.Describe()),
        .. Regressions.Select(c => $"regression in the history: {c.Describe()}"),
    ];

    /// <summary>The page as Markdown that ends with a line end.</summary>
    public string Compose()
    {
        var text = new StringBuilder("# Nightly\n\n");
        text.Append("Measured ").Append(Say(Origin)).Append(".\n");
        text.Append(Baseline is null ? "There is no baseline yet" : "Baseline: " + Say(Baseline)).Append(".\n\n");
        List(text, "Regressions", [.. Describe(NightlyOutcome.Worse), .. Describe(NightlyOutcome.Missing)]);
        ListChanges(text);
        ListIfAny(text, "Better than the baseline", Describe(NightlyOutcome.Better));
        ListIfAny(text, "Too noisy to judge", Describe(NightlyOutcome.Noisy));
        text.Append("## What was compared\n\n").Append(Table(Verdicts)).Append('\n');
        text.Append("\"Nearest to its limit\" is the entry that used up most of what noise may take, and how much of it.\n\n");
        text.Append("## Trend\n\n");
        text.Append(
            Trend is null
                ? "There is one night of this machine so far; the figure begins with the second."
                : $"![The numbers of this machine's nights]({Trend})"
        );
        text.Append("\n\n");
        text.Append(
            "C2ST, RMSE and calibration error are means over the test sets; speed is the time over that of the matrix products inside, in "
                + "libtorch: the median of the rounds of a night, of each the shortest. Lower is better everywhere. Every number of every "
                + "night stands in [history.csv](history.csv).\n");
        AppendSpreads(text);
        AppendTimes(text);
        return text.ToString();
    }

    private string[] Describe(NightlyOutcome outcome) => [.. Verdicts.Where(v => v.Outcome == outcome).Select(v => v.Describe())];

    private void ListChanges(StringBuilder text)
    {
        int nights = Nights;
        text.Append("## Changes in the history\n\n");
        if (nights < NightlySeries.FewestNights)
        {
            text.Append(CultureInfo.InvariantCulture, $"This machine has {nights} of the {NightlySeries.FewestNights} nights that the ")
                .Append("search needs.\n\n");
            return;
        }

        HashSet<NightlyChange> regressions = [.. Regressions];
        string[] lines =
        [
            .. Series.SelectMany(s => s.Changes.Select(c => (Change: c, Stands: s.Stands(c)))).OrderByDescending(c => c.Change.First.Time)
                .Select(c => Word(c.Change, c.Stands) + c.Change.Describe()),
        ];
        AppendLines(text, lines);

        string Word(NightlyChange change, bool stands) =>
            regressions.Contains(change) ? "worse: "
            : !change.IsWorse ? "better: "
            : stands ? "worse, accepted: "
            : "worse, repaired: ";
    }

    // Nights of the night's key.
    private int Nights => Series.SelectMany(s => s.Rows).Select(r => r.Origin.Date).Distinct().Count();

    private void AppendSpreads(StringBuilder text)
    {
        NightlySeries[] speeds = [.. Series.Where(s => s.Rows[0].Kind == NightlyKind.Speed && s.Spread is not null)];
        if (speeds.Length > 0)
        {
            text.Append("\n## Spread of the speeds from night to night\n\n").Append(MarkdownTable.PipeTable(
                ["", "nights", "spread (%)"],
                [false, true, true],
                [
                    .. speeds.OrderByDescending(s => s.Spread).Select(s => new[]
                    {
                        MarkdownTable.Escape(s.Rows[0].Name), Count(s.Rows.Count), NumberText.Fixed(100 * s.Spread!.Value, 1),
                    }),
                ]));
        }
    }

    private void AppendTimes(StringBuilder text)
    {
        if (Times.Count > 0)
        {
            text.Append("\n## Time\n\n").Append(MarkdownTable.PipeTable(
                ["step", "minutes"],
                [false, true],
                [
                    .. Times.Append(("all", Times.Sum(t => t.Seconds)))
                        .Select(t => new[] { MarkdownTable.Escape(t.Item1), NumberText.Fixed(t.Item2 / 60, 1) }),
                ]));
        }
    }

    private static string Say(NightlyOrigin origin) => $"{origin.Date} from {origin.Commit} on {MarkdownTable.Escape(origin.Key)}";

    private static void ListIfAny(StringBuilder text, string heading, string[] lines)
    {
        if (lines.Length > 0)
        {
            List(text, heading, lines);
        }
    }

    private static void List(StringBuilder text, string heading, string[] lines)
    {
        text.Append("## ").Append(heading).Append("\n\n");
        AppendLines(text, lines);
    }

    private static void AppendLines(StringBuilder text, string[] lines) =>
        text.Append(lines.Length == 0 ? "None." : string.Join('\n', lines.Select(l => "* " + MarkdownTable.Escape(l)))).Append("\n\n");

    private static string Table(IReadOnlyList<NightlyVerdict> verdicts)
    {
        string[] headings = ["", "entries", "unchanged", "better", "new", "worse", "noisy", "missing", "nearest to its limit"];
        bool[] numeric = [false, true, true, true, true, true, true, true, false];
        IEnumerable<string[]> rows = verdicts
            .GroupBy(v => v.Entry.Source)
            .Select(g =>
                new[]
                {
                    MarkdownTable.Escape(g.Key),
                    Count(g.Count()),
                    Of(g, NightlyOutcome.Unchanged),
                    Of(g, NightlyOutcome.Better),
                    Of(g, NightlyOutcome.New),
                    Of(g, NightlyOutcome.Worse),
                    Of(g, NightlyOutcome.Noisy),
                    Of(g, NightlyOutcome.Missing),
                    Nearest(g),
                }
            );
        return MarkdownTable.PipeTable(headings, numeric, [.. rows]);
    }

    private static string Of(IEnumerable<NightlyVerdict> verdicts, NightlyOutcome outcome) =>
        Count(verdicts.Count(v => v.Outcome == outcome));

    private static string Count(int count) => NumberText.Fixed(count, 0);

    private static string Nearest(IEnumerable<NightlyVerdict> verdicts)
    {
        NightlyVerdict[] compared = verdicts.Where(v => v.Used is not null).ToArray();
        if (compared.Length == 0)
        {
            return "";
        }

        NightlyVerdict nearest = compared.MaxBy(v => v.Used)!;
        return $"{MarkdownTable.Escape($"{nearest.Entry.Setting}: {nearest.Entry.Metric}")}, "
            + $"{NumberText.Fixed(100 * Math.Max(0, nearest.Used!.Value), 0)} %";
    }
}
