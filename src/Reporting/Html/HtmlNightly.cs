using System.Text;
using System.Text.Json;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>
/// The night as one file for a browser, as <see cref="HtmlReport"/> is: the entries with the worst first, to be filtered, and the trend of
/// each with its bands, changes and commits.
/// </summary>
/// <param name="page">The night.</param>
public sealed class HtmlNightly(NightlyPage page)
{
    /// <summary>Name of the file beside nightly.md.</summary>
    public const string FileName = "nightly.html";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => FileSizeLimit.WriteText(path, Compose());

    /// <summary>The page.</summary>
    public string Compose()
    {
        StringBuilder body = new();
        body.Append("<header><h1>Nightly</h1><p>").Append(HtmlReport.Encode($"Measured {Say(page.Origin)}. "))
            .Append(HtmlReport.Encode(page.Baseline is null ? "There is no baseline yet." : $"Baseline: {Say(page.Baseline)}."))
            .Append("</p></header>\n<main>\n");
        string[] regressions = [.. page.RegressionLines];
        body.Append("<section aria-labelledby=\"regressions\"><h2 id=\"regressions\">Regressions</h2>\n")
            .Append(regressions.Length == 0 ? "<p>None.</p>" : "<ul>")
            .AppendJoin('\n', regressions.Select(r => $"<li>{HtmlReport.Encode(r)}</li>"))
            .Append(regressions.Length == 0 ? "" : "</ul>").Append("</section>\n")
            .Append(HtmlParts.Read("nightly.html"));
        AppendTimes(body);
        body.Append("</main>\n");
        return HtmlParts.Page("Nightly", body.ToString(), ToJson(), "nightly.js");
    }

    private void AppendTimes(StringBuilder body)
    {
        if (page.Times.Count == 0)
        {
            return;
        }

        body.Append("<section aria-labelledby=\"time\"><h2 id=\"time\">Time</h2>\n<dl>");
        foreach ((string step, double seconds) in page.Times.Append(("all", page.Times.Sum(t => t.Seconds))))
        {
            body.Append("<dt>").Append(HtmlReport.Encode(step)).Append("</dt><dd>").Append(NumberText.Fixed(seconds / 60, 1))
                .Append(" min</dd>\n");
        }

        body.Append("</dl></section>\n");
    }

    private string ToJson()
    {
        Dictionary<string, NightlySeries> series = page.Series.ToDictionary(s => s.Rows[0].Name);
        HashSet<NightlyChange> regressions = [.. page.Regressions];
        return JsonSerializer.Serialize(
            new
            {
                FewestNights = TrendFigure.FewestNights,
                Searched = NightlySeries.FewestNights,
                Entries = page.Verdicts.Select(v => Entry(v, series.GetValueOrDefault(v.Entry.Name), regressions))
                    .OrderByDescending(e => e.Regression).ThenByDescending(e => e.Used ?? double.NegativeInfinity)
                    .ThenBy(e => e.Name, StringComparer.Ordinal),
            },
            s_json);
    }

    private static EntryData Entry(NightlyVerdict verdict, NightlySeries? series, HashSet<NightlyChange> regressions)
    {
        NightlyEntry entry = verdict.Entry;
        bool changed = series?.Changes.Any(regressions.Contains) ?? false;
        string outcome = NightlyHistory.Word(verdict.Outcome);
        return new EntryData(
            entry.Name,
            KindText.Of(entry.Kind),
            entry.Metric,
            entry.Kind == NightlyKind.Speed ? -2 : MetricStyle.Of(entry.Metric).Decimals,
            outcome,
            !changed ? outcome : (verdict.IsRegression ? $"{outcome}, " : "") + "worse over the nights",
            verdict.IsRegression || changed,
            Number(verdict.Night?.Value),
            Number(verdict.Baseline?.Value),
            Number(verdict.Limit),
            verdict.Used,
            series?.Spread,
            [
                .. series?.Rows.Select(r => new PointData(
                    r.Origin.Date[..^1], r.Origin.Commit, r.Value, r.StandardError, NightlyHistory.Word(r.Outcome))) ?? [],
            ],
            [.. series?.Changes.Select(c => new ChangeData(c.Index, c.Before, c.After, c.IsWorse, c.Describe())) ?? []]);
    }

    private static double? Number(double? value) => value is double v && double.IsFinite(v) ? v : null;

    private static string Say(NightlyOrigin origin) => $"{origin.Date} from {origin.Commit} on {origin.Key}";

    private sealed record EntryData(
        string Name, string Kind, string Metric, int Decimals, string Outcome, string Verdict, bool Regression, double? Value,
        double? Baseline, double? Limit, double? Used, double? Spread, PointData[] Points, ChangeData[] Changes);

    private sealed record PointData(string Date, string Commit, double Value, double Error, string Outcome);

    private sealed record ChangeData(int Index, double Before, double After, bool Worse, string Text);
}
