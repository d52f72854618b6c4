using System.Text;
using Reproduce.Files;

namespace Reproduce.Reporting;

/// <summary>The page of all experiments: what each found, and the way to its own page.</summary>
public sealed record HtmlIndex
{
    /// <summary>Name of the file in the folder of results.</summary>
    public const string FileName = "index.html";

    /// <summary>The pages with their addresses relative to the index.</summary>
    public required IReadOnlyList<(string Address, HtmlReport Page)> Pages { get; init; }

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => FileSizeLimit.WriteText(path, Compose());

    /// <summary>The page.</summary>
    public string Compose()
    {
        Verdict[] verdicts = Enum.GetValues<Verdict>();
        StringBuilder body = new(
            "<header><h1>Results</h1><p>Experiments of “Consistency Models for Scalable and Fast Simulation-Based Inference”, reproduced. "
                + "Each title leads to numbers, claims and their evidence.</p></header>\n<main>\n<div class=\"scroll\" tabindex=\"0\" "
                + "role=\"region\" aria-label=\"Experiments\"><table><thead><tr><th scope=\"col\">Experiment</th>"
        );
        foreach (Verdict verdict in verdicts)
        {
            body.Append("<th scope=\"col\" class=\"number\">").Append(verdict.ToWords()).Append("</th>");
        }

        body.Append("</tr></thead><tbody>\n");
        foreach ((string address, HtmlReport page) in Pages)
        {
            (string? Key, IEnumerable<ClaimFinding>)[] variants = [.. page.Claims.ByVariant().Select(v => (v.Key, v))];
            foreach ((string? variant, IEnumerable<ClaimFinding> claims) in variants.DefaultIfEmpty((null, [])))
            {
                body.Append("<tr><th scope=\"row\"><a href=\"")
                    .Append(HtmlReport.Encode(address))
                    .Append("\">")
                    .Append(HtmlReport.Encode(page.Title))
                    .Append(variant is null or Measurement.PaperVariant ? "" : HtmlReport.Encode($", variant {variant}"))
                    .Append("</a></th>");
                foreach (Verdict verdict in verdicts)
                {
                    body.Append("<td class=\"number\">").Append(claims.Count(c => c.Verdict == verdict)).Append("</td>");
                }

                body.Append("</tr>\n");
            }
        }

        body.Append("</tbody></table></div>\n</main>\n");
        return HtmlParts.Page("Results", body.ToString(), data: null);
    }
}
