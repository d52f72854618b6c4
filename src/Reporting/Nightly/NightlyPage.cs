using System.Text;

namespace Reproduce.Reporting;

/// <summary>The page of the last night: regressions, a line for each experiment and class of benchmarks, the trend.</summary>
public static class NightlyPage
{
    /// <summary>The page as Markdown that ends with a line end.</summary>
    /// <param name="origin">When and where the night was measured.</param>
    /// <param name="baseline">What it was compared with, or null.</param>
    /// <param name="verdicts">The verdicts.</param>
    /// <param name="trend">File name of the trend figure beside the page, or null while there are too few nights for one.</param>
    public static string Compose(NightlyOrigin origin, NightlyOrigin? baseline, IReadOnlyList<NightlyVerdict> verdicts, string? trend)
    {
        var text = new StringBuilder("# Nightly\n\n");
        text.Append("Measured ").Append(Say(origin)).Append(".\n");
        text.Append(baseline is null ? "There is no baseline yet" : "Baseline: " + Say(baseline)).Append(".\n\n");
        List(text, "Regressions", verdicts.Where(v => v.IsRegression));
        if (verdicts.Any(v => v.Outcome == NightlyOutcome.Better))
        {
            List(text, "Better than the baseline", verdicts.Where(v => v.Outcome == NightlyOutcome.Better));
        }

        text.Append("## What was compared\n\n").Append(Table(verdicts)).Append('\n');
        text.Append("\"Nearest to its limit\" is the entry that used up most of what noise may take, and how much of it.\n\n");
        text.Append("## Trend\n\n");
        text.Append(
            trend is null ? "There is one night so far; the figure begins with the second." : $"![The numbers of all nights]({trend})"
        );
        text.Append("\n\n");
        text.Append(
                "C2ST, RMSE and calibration error are means over the test sets; speed is the shortest time over that of the matrix "
                    + "products inside, "
            )
            .Append(
                "in libtorch, in the same run. Lower is better everywhere. Every number of every night stands in "
                    + "[history.csv](history.csv).\n"
            );
        return text.ToString();
    }

    private static string Say(NightlyOrigin origin) => $"{origin.Date} from {origin.Commit} on {MarkdownTable.Escape(origin.Machine)}";

    private static void List(StringBuilder text, string heading, IEnumerable<NightlyVerdict> verdicts)
    {
        text.Append("## ").Append(heading).Append("\n\n");
        string[] lines = [.. verdicts.Select(v => "* " + MarkdownTable.Escape(v.Describe()))];
        text.Append(lines.Length == 0 ? "None." : string.Join('\n', lines)).Append("\n\n");
    }

    private static string Table(IReadOnlyList<NightlyVerdict> verdicts)
    {
        string[] headings = ["", "entries", "unchanged", "better", "new", "worse", "missing", "nearest to its limit"];
        bool[] numeric = [false, true, true, true, true, true, true, false];
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
        NightlyVerdict[] compared = verdicts.Where(v => !double.IsNaN(v.Limit)).ToArray();
        if (compared.Length == 0)
        {
            return "";
        }

        NightlyVerdict nearest = compared.MaxBy(Used)!;
        return $"{MarkdownTable.Escape($"{nearest.Entry.Setting}: {nearest.Entry.Metric}")}, "
            + $"{NumberText.Fixed(100 * Math.Max(0, Used(nearest)), 0)} %";
    }

    private static double Used(NightlyVerdict v) => (v.Night!.Value - v.Baseline!.Value) / (v.Limit - v.Baseline.Value);
}
