using System.Globalization;
using System.Net;
using System.Text;
using Markdig;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>
/// The report of an experiment as one file for a browser: a chart of any metric against time, steps or budget with filters, the numbers as
/// a table to sort, claims that lead to their evidence, the scores of each test set. Script, style and data are inside; opened from a disk
/// it asks no network for anything.
/// </summary>
public sealed record HtmlReport
{
    /// <summary>Name of the file beside report.md.</summary>
    public const string FileName = "report.html";

    private static readonly MarkdownPipeline s_markdown = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    /// <summary>Title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>One or two sentences on the experiment.</summary>
    public required string Introduction { get; init; }

    /// <summary>What was found, Markdown; empty for none.</summary>
    public string Findings { get; init; } = "";

    /// <summary>The numbers that the page shows.</summary>
    public required HtmlData Data { get; init; }

    /// <summary>The claims, decided.</summary>
    public IReadOnlyList<ClaimFinding> Claims { get; init; } = [];

    /// <summary>Pictures that no chart of the page replaces.</summary>
    public IReadOnlyList<HtmlImage> Images { get; init; } = [];

    /// <summary>How the numbers were made: name and value of each fact; code in backticks.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>How to read the numbers, Markdown.</summary>
    public string Guide { get; init; } = "";

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => FileSizeLimit.WriteText(path, Compose());

    /// <summary>The page.</summary>
    public string Compose()
    {
        StringBuilder body = new();
        body.Append("<header><h1>").Append(Encode(Title)).Append("</h1><p>").Append(Encode(Introduction)).Append("</p></header>\n<main>\n");
        AppendClaims(body);
        body.Append(HtmlParts.Read("chart.html"));
        AppendProse(body, "findings", "What was found", Findings);
        AppendImages(body);
        AppendProse(body, "guide", "How to read the numbers", Guide);
        AppendFacts(body);
        body.Append("</main>\n");
        return HtmlParts.Page(Title, body.ToString(), Data.ToJson());
    }

    /// <summary>Text of ours or of a file, as it stands between tags.</summary>
    /// <param name="text">The text.</param>
    internal static string Encode(string text) => WebUtility.HtmlEncode(text);

    private void AppendClaims(StringBuilder body)
    {
        if (Claims.Count == 0)
        {
            return;
        }

        body.Append("<section aria-labelledby=\"claims\"><h2 id=\"claims\">Claims of the paper</h2>\n<p>")
            .Append(Claims.Tally())
            .Append(". A verdict leads to its numbers in the chart.</p>\n<ul class=\"claims\">\n");
        foreach (ClaimFinding claim in Claims)
        {
            string settings = string.Join(
                ';',
                claim.About.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Contender},{s.Budget},{s.Steps}"))
            );
            string verdict = claim.Verdict.ToWords();
            body.Append("<li><button type=\"button\" class=\"verdict ")
                .Append(verdict.Replace(' ', '-'))
                .Append("\" data-metric=\"")
                .Append(Encode(claim.Claim.Metric))
                .Append("\" data-settings=\"")
                .Append(Encode(settings))
                .Append("\">")
                .Append(verdict)
                .Append(claim.OneTraining ? " (one training)" : "")
                .Append("</button> ")
                .Append("<span class=\"claim\">")
                .Append(Encode(claim.Claim.Text))
                .Append("</span> <span class=\"source\">")
                .Append(Encode(claim.Claim.Source))
                .Append(claim.Variant == Measurement.PaperVariant ? "" : Encode($"; variant {claim.Variant}"))
                .Append("</span><details><summary>Numbers</summary><p>")
                .Append(Encode(claim.Numbers))
                .Append("</p><p>Paper: ")
                .Append(Encode(claim.Published))
                .Append("</p>")
                .Append(claim.Claim.OurLimits.Length > 0 ? $"<p>Our limits: {Encode(claim.Claim.OurLimits)}</p>" : "")
                .Append("</details></li>\n");
        }

        body.Append("</ul></section>\n");
    }

    private static void AppendProse(StringBuilder body, string id, string heading, string markdown)
    {
        if (markdown.Length > 0)
        {
            // The page has the one heading of the first level, and its sections those of the second.
            // Pictures lie beside the text version; here the chart shows them.
            string deeper = string.Join(
                '\n',
                markdown
                    .Split('\n')
                    .Where(l => !l.StartsWith("# ", StringComparison.Ordinal) && !l.StartsWith("![", StringComparison.Ordinal))
                    .Select(l => l.StartsWith('#') ? "#" + l : l)
            );
            body.Append("<section aria-labelledby=\"")
                .Append(id)
                .Append("\"><h2 id=\"")
                .Append(id)
                .Append("\">")
                .Append(heading)
                .Append("</h2>\n")
                .Append(Markdown.ToHtml(deeper, s_markdown))
                .Append("</section>\n");
        }
    }

    private void AppendImages(StringBuilder body)
    {
        if (Images.Count == 0)
        {
            return;
        }

        body.Append("<section aria-labelledby=\"figures\"><h2 id=\"figures\">Draws, calibration, losses</h2>\n");
        foreach (HtmlImage image in Images)
        {
            body.Append("<figure><img loading=\"lazy\" alt=\"")
                .Append(Encode(image.Title))
                .Append("\" src=\"data:image/png;base64,")
                .Append(Convert.ToBase64String(image.Png))
                .Append("\"><figcaption>")
                .Append(Encode(image.Caption))
                .Append("</figcaption></figure>\n");
        }

        body.Append("</section>\n");
    }

    private void AppendFacts(StringBuilder body)
    {
        body.Append("<section aria-labelledby=\"facts\"><h2 id=\"facts\">What was run</h2>\n<dl>\n");
        foreach ((string name, string value) in Facts)
        {
            string[] parts = Encode(value).Split('`');
            string marked = string.Concat(parts.Select((p, i) => i % 2 == 1 && i < parts.Length - 1 ? $"<code>{p}</code>" : p));
            body.Append("<dt>").Append(Encode(name)).Append("</dt><dd>").Append(marked).Append("</dd>\n");
        }

        body.Append("</dl></section>\n");
    }
}
