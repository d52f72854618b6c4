using System.Text.Json;
using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

/// <summary>What is in a page; what it does in a browser is <see cref="HtmlBrowserTests"/>'s.</summary>
internal sealed class HtmlReportTests
{
    internal static readonly MeasurementTable Measurements = SyntheticResults.Experiment("gmm", [512, 1024], 20);

    private static readonly string[] _metrics = ["c2st", "rmse", "tarp", "seconds_per_1000_draws"];

    internal static HtmlReport Page(string title = "Gaussian mixture", PublishedResults? published = null) =>
        new()
        {
            Title = title,
            Introduction = "Two modes <and> more.",
            Findings = "# Gone\n\n1. **One** finding, [report](report.md).\n\n<script>alert(1)</script>",
            Data = new HtmlData(Measurements, published ?? Published(), SyntheticResults.Styles, "gmm", "paper", _metrics),
            Claims =
            [
                new LowerClaim
                {
                    Id = "cmpe-beats-acf",
                    Text = "CMPE is better than ACF",
                    Source = "Section 5.1",
                    Left = new ClaimSelection
                    {
                        Contender = "cmpe",
                        Budget = 1024,
                        Steps = 10,
                    },
                    Right = new ClaimSelection { Contender = "acf", Budget = 1024 },
                }.Judge(new ClaimEvidence(Measurements, PublishedResults.None, "gmm", "paper", SyntheticResults.Styles)),
            ],
            Facts = [("Command", "`dotnet run`"), ("Machine", "2 cores")],
            Guide = "- **±** is an interval.",
        };

    private static PublishedResults Published() =>
        new([
            SyntheticResults.Published("fig3", "gmm", 1024, "cmpe", 10, "c2st", 0.7),
        ]);

    [Test]
    public void TheDataAreTheTablesNumbers()
    {
        using JsonDocument data = JsonDocument.Parse(Page().Data.ToJson());
        JsonElement setting = data
            .RootElement.GetProperty("settings")
            .EnumerateArray()
            .Single(s =>
                s.GetProperty("contender").GetString() == "cmpe"
                && s.GetProperty("budget").GetInt32() == 1024
                && s.GetProperty("steps").GetInt32() == 10
            );
        double[] values =
        [
            .. Measurements
                .Of(new MeasurementKey("gmm", "paper", new Setting("cmpe", 1024, 10), "c2st"))
                .OrderBy(r => r.DataSet)
                .Select(r => r.Value),
        ];
        JsonElement c2st = setting.GetProperty("values").GetProperty("c2st");

        Assert.Multiple(() =>
        {
            Assert.That(c2st[0].GetDouble(), Is.EqualTo(values.Average()).Within(1e-5));
            Assert.That(c2st[2].GetInt32(), Is.EqualTo(20));
            Assert.That(
                setting.GetProperty("sets").GetProperty("c2st").EnumerateArray().Select(v => v.GetDouble()),
                Is.EqualTo(values).Within(1e-5)
            );
            Assert.That(
                data.RootElement.GetProperty("metrics").EnumerateArray().Select(m => m.GetProperty("name").GetString()),
                Is.EqualTo(new[] { "c2st", "rmse", "seconds_per_1000_draws" }),
                "what nobody measured is no choice"
            );
            JsonElement paper = data.RootElement.GetProperty("published").EnumerateArray().Single();
            Assert.That((paper.GetProperty("value").GetDouble(), paper.GetProperty("source").GetString()), Is.EqualTo((0.7, "Figure 3")));
        });
    }

    [Test]
    public void NothingComesFromTheNetwork()
    {
        string page = Page().Compose();
        string own = page.Replace(Page().Data.ToJson(), "", StringComparison.Ordinal);

        Assert.That(own, Does.Not.Match("<(script|img|iframe)[^>]*src=\"(?!data:)").And.Not.Match("<link ").And.Not.Contain("@import"));
        Assert.That(page, Does.Contain("plotly.js"));
        Assert.That(page.Length, Is.LessThan(6_000_000));
    }

    [Test]
    public void TextIsText()
    {
        string page = Page("</script><script>alert(2)").Compose();

        Assert.That(page, Does.Not.Contain("<script>alert"));
        Assert.That(
            page,
            Does.Contain("Two modes &lt;and&gt; more.").And.Contain("<strong>One</strong> finding").And.Contain("<code>dotnet run</code>")
        );
        Assert.That(page, Does.Not.Contain("Gone"), "the page's own title stands there");
    }

    [Test]
    public void AClaimNamesItsSettings()
    {
        Assert.That(
            Page().Compose(),
            Does.Contain("class=\"verdict reproduced\" data-metric=\"c2st\" data-settings=\"cmpe,1024,10;acf,1024,1\"")
        );
    }

    [Test]
    public void TheIndexLeadsToThePages()
    {
        string index = new HtmlIndex { Pages = [("gmm/report.html", Page())] }.Compose();

        Assert.That(
            index,
            Does.Contain("<a href=\"gmm/report.html\">Gaussian mixture</a></th><td class=\"number\">1</td><td class=\"number\">0</td>")
                .And.Not.Contain("<script>")
        );
    }

    [Test]
    public void AClaimThatWasDecidedOnTwoVariantsIsStillOneClaim()
    {
        ClaimFinding paper = Page().Claims[0], other = paper with { Variant = "published-code", Verdict = Verdict.Undecided };
        string index = new HtmlIndex { Pages = [("gmm/report.html", Page() with { Claims = [other, paper] })] }.Compose();

        Assert.That(
            new[] { other, paper }.Tally(),
            Is.EqualTo("1 reproduced, 0 contradicted, 0 undecided, 0 not measured; "
                + "0 reproduced, 0 contradicted, 1 undecided, 0 not measured (variant published-code)"));
        Assert.That(
            index,
            Does.Contain(">Gaussian mixture</a></th><td class=\"number\">1</td><td class=\"number\">0</td><td class=\"number\">0</td>")
                .And.Contain(">Gaussian mixture, variant published-code</a></th><td class=\"number\">0</td>"));
    }
}
