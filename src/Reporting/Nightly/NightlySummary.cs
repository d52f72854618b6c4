using System.Globalization;
using System.Text;

namespace Reproduce.Reporting;

/// <summary>The night in a few lines: for a job's summary and, where it failed, the text of an issue; and a badge.</summary>
/// <param name="page">The night.</param>
public sealed class NightlySummary(NightlyPage page)
{
    /// <summary>Name of the file with the lines, Markdown; its first is the title of an issue.</summary>
    public const string FileName = "summary.md";

    /// <summary>Name of the badge's file.</summary>
    public const string BadgeFile = "badge.svg";

    // The longest list that somebody reads; the page has all of it.
    private const int Lines = 20;

    /// <summary>The lines.</summary>
    public string Compose()
    {
        string[] lines = [.. page.RegressionLines];
        StringBuilder text = new("# Nightly of ");
        text.Append(page.Origin.Date).Append(": ").Append(Words(lines.Length)).Append("\n\n")
            .Append(CultureInfo.InvariantCulture, $"Measured from {page.Origin.Commit} on {MarkdownTable.Escape(page.Origin.Key)}")
            .Append(page.Baseline is null ? "; there is no baseline yet" : $"; the baseline is of {page.Baseline.Commit}")
            .Append(CultureInfo.InvariantCulture, $". {page.Verdicts.Count} entries")
            .Append(Count(NightlyOutcome.Better, "better")).Append(Count(NightlyOutcome.Noisy, "too noisy to judge"))
            .Append(Count(NightlyOutcome.New, "new"))
            .Append(page.Times.Count == 0 ? "" : $", {NumberText.Fixed(page.Times.Sum(t => t.Seconds) / 60, 0)} minutes").Append(".\n");
        if (lines.Length > 0)
        {
            text.Append('\n').AppendJoin('\n', lines.Take(Lines).Select(l => "* " + MarkdownTable.Escape(l))).Append('\n');
        }

        if (lines.Length > Lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"* and {lines.Length - Lines} more, in nightly.md\n");
        }

        return text.ToString();
    }

    /// <summary>The badge: "nightly" and the outcome, an SVG of its own.</summary>
    public string Badge()
    {
        int count = page.RegressionLines.Count();
        string words = Words(count), colour = count > 0 ? "#a40e26" : page.Baseline is null ? "#57606a" : "#116329";
        // Seven pixels a letter of the 11 pixel font, and a margin.
        int left = 52, right = 7 * words.Length + 10, width = left + right;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="nightly: {words}">
            <rect width="{width}" height="20" fill="#24292f"/><rect x="{left}" width="{right}" height="20" fill="{colour}"/>
            <g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
            <text x="{left / 2}" y="14">nightly</text><text x="{left + right / 2}" y="14">{words}</text></g>
            </svg>

            """);
    }

    private string Words(int regressions) => regressions switch
    {
        0 when page.Baseline is null => "no baseline",
        0 => "no regression",
        1 => "1 regression",
        _ => string.Create(CultureInfo.InvariantCulture, $"{regressions} regressions"),
    };

    private string Count(NightlyOutcome outcome, string word) =>
        page.Verdicts.Count(v => v.Outcome == outcome) is > 0 and int count
            ? string.Create(CultureInfo.InvariantCulture, $", {count} {word}")
            : "";
}
