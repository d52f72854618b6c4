using System.Globalization;
using System.Text.Json;
using Deque.AxeCore.Commons;
using NUnit.Framework;
using PuppeteerSharp;
using Reproduce.Reporting;
using Reproduce.Tests.Runner;

namespace Reproduce.Tests.Reporting;

/// <summary>The page in a real browser: an installed Chromium; left out where there is none.</summary>
[Category(FastUnlessSlowAttribute.Slow)]
internal sealed class HtmlBrowserTests
{
    private static readonly string[] _browsers =
    [
        Environment.GetEnvironmentVariable("REPRODUCE_BROWSER") ?? "",
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe", @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private readonly List<string> _errors = [];
    private readonly List<string> _requests = [];
    private TemporaryFolder _folder = null!;
    private const int Patience = 180_000; // Milliseconds: a page of megabytes on a busy machine.

    private IBrowser _browser = null!;
    private IPage _page = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        string browser = Array.Find(_browsers, File.Exists) ?? "";
        if (browser.Length == 0)
        {
            Assert.Ignore("There is no Chromium here (set REPRODUCE_BROWSER to its path).");
        }

        _folder = new TemporaryFolder();
        _browser = await Puppeteer.LaunchAsync(new LaunchOptions
        {
            ExecutablePath = browser,
            Timeout = Patience,
            // Containers run as root and have a small /dev/shm.
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            DefaultViewport = new ViewPortOptions { Width = 1200, Height = 900 },
        });
        _page = await NewPage();
        _page.Console += (_, e) =>
        {
            if (e.Message.Type is ConsoleType.Error)
            {
                _errors.Add(e.Message.Text);
            }
        };
        _page.PageError += (_, e) => _errors.Add(e.Message);
        _page.Request += (_, e) => _requests.Add(e.Request.Url);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _folder?.Dispose();
    }

    private async Task<IPage> NewPage()
    {
        IPage page = await _browser.NewPageAsync();
        page.DefaultTimeout = page.DefaultNavigationTimeout = Patience;
        return page;
    }

    [SetUp]
    public async Task Load()
    {
        _errors.Clear();
        _requests.Clear();
        string path = Path.Combine(_folder.Path, "report.html");
        HtmlReportTests.Page().Save(path);
        await _page.GoToAsync(new Uri(path).AbsoluteUri);
        await _page.WaitForSelectorAsync("#chart .point");
    }

    [TearDown]
    public void NothingWasFetchedAndNothingWentWrong()
    {
        Assert.That(_errors, Is.Empty);
        Assert.That(
            _requests.Where(r =>
                !r.StartsWith("file:", StringComparison.Ordinal)
                && !r.StartsWith("data:", StringComparison.Ordinal)
                && !r.StartsWith("blob:", StringComparison.Ordinal)
            ),
            Is.Empty
        );
    }

    [Test]
    public async Task AFilterChangesThePoints()
    {
        await _page.SelectAsync("#budget", "1024");
        int before = await Points();
        await _page.ClickAsync("#contenders input[value=fmpe]");
        int without = await Points();
        await _page.SelectAsync("#steps", "10");

        Assert.That(before, Is.EqualTo(1 + 1 + 11 + 12 + 1), "acf, nsf, cmpe, fmpe and the paper's one");
        Assert.That(without, Is.EqualTo(before - 12));
        Assert.That(await Points(), Is.EqualTo(1 + 1 + 1 + 1), "flows have no number of steps to choose");
    }

    [Test]
    public async Task AHoverShowsTheTablesNumber()
    {
        double expected = HtmlReportTests
            .Measurements.Of(new MeasurementKey("gmm", "paper", new Setting("acf", 512, 1), "rmse"))
            .Average(r => r.Value);
        await _page.SelectAsync("#metric", "rmse");
        await _page.SelectAsync("#budget", "512");
        foreach (string other in new[] { "nsf", "fmpe", "cmpe" })
        {
            await _page.ClickAsync($"#contenders input[value={other}]");
        }

        // The library's own event, at the point's place on the screen.
        JsonElement place = await _page.EvaluateFunctionAsync<JsonElement>("""
            () => {
              const plot = document.getElementById("chart"), box = plot.getBoundingClientRect(), l = plot._fullLayout, t = plot._fullData[0];
              return { x: box.x + l._size.l + l.xaxis.d2p(t.x[0]), y: box.y + l._size.t + l.yaxis.d2p(t.y[0]) };
            }
            """);
        await _page.Mouse.MoveAsync((decimal)place.GetProperty("x").GetDouble() - 3, (decimal)place.GetProperty("y").GetDouble());
        await _page.Mouse.MoveAsync((decimal)place.GetProperty("x").GetDouble(), (decimal)place.GetProperty("y").GetDouble());
        await _page.WaitForSelectorAsync("#chart .hovertext");

        string text = await _page.EvaluateExpressionAsync<string>("document.querySelector('#chart .hovertext').textContent");
        Assert.That(text, Does.Contain(expected.ToString("F3", CultureInfo.InvariantCulture)).And.Contain("ACF"));
        string row = await _page.EvaluateExpressionAsync<string>("document.querySelector('#table tbody tr').textContent");
        Assert.That(row, Does.Contain(expected.ToString("F3", CultureInfo.InvariantCulture)), "the table has it too");
    }

    [Test]
    public async Task AVerdictLeadsToItsEvidence()
    {
        await _page.SelectAsync("#metric", "rmse");
        await _page.ClickAsync("button.verdict");

        Assert.That(await _page.EvaluateExpressionAsync<string>("document.getElementById('metric').value"), Is.EqualTo("c2st"));
        Assert.That(await _page.EvaluateExpressionAsync<string>("document.getElementById('budget').value"), Is.EqualTo("1024"));
        string[] rows = await _page.EvaluateExpressionAsync<string[]>(
            "[...document.querySelectorAll('tr.evidence')].map(r => r.cells[0].textContent + r.cells[2].textContent)"
        );
        Assert.That(rows, Is.EquivalentTo(new[] { "ACF1", "CMPE10" }));
        Assert.That(
            await _page.EvaluateExpressionAsync<string>("document.activeElement.id"),
            Is.EqualTo("chart-heading"),
            "the keyboard is there too"
        );
    }

    [Test]
    public async Task TheTableSortsAndARowShowsItsTestSets()
    {
        await _page.EvaluateExpressionAsync("document.querySelectorAll('#table thead button')[4].click()");
        double[] column = await _page.EvaluateExpressionAsync<double[]>(
            "[...document.querySelectorAll('#table tbody tr')].map(r => parseFloat(r.cells[4].textContent))"
        );
        await _page.ClickAsync("#table tbody tr:first-child button");
        await _page.WaitForSelectorAsync("#detail-chart .point");

        Assert.That(column, Is.Ordered.And.Length.GreaterThan(10));
        Assert.That(
            await _page.EvaluateExpressionAsync<string>("document.getElementById('detail-text').textContent"),
            Does.StartWith("20 test sets, mean ")
        );
        Assert.That(await _page.EvaluateExpressionAsync<int>("document.querySelectorAll('#detail-chart .point').length"), Is.EqualTo(20));
    }

    [Test]
    public async Task PassesThatWereCountedAreThePlaceAndWhatWasNotMeasuredComesLast()
    {
        MeasurementTable measurements = new(
        [
            SyntheticResults.Row("gmm", 1024, "fmpe", 1000, "c2st", 0.6, 0), SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
            SyntheticResults.Row("gmm", 1024, "fmpe", 1000, "passes_per_draw", 26, null),
        ]);
        string path = Path.Combine(_folder.Path, "passes.html");
        (HtmlReportTests.Page() with
        {
            Data = new HtmlData(
                measurements, PublishedResults.None, SyntheticResults.Styles, "gmm", "paper", ["c2st", MetricStyle.Passes]),
        }).Save(path);
        await _page.GoToAsync(new Uri(path).AbsoluteUri);
        await _page.WaitForSelectorAsync("#chart .point");

        double[] places = await _page.EvaluateExpressionAsync<double[]>("document.getElementById('chart').data.flatMap(t => t.x)");
        Assert.That(places, Is.EquivalentTo(new[] { 10.0, 26.0 }));
        foreach (string way in new[] { "ascending", "descending" })
        {
            await _page.EvaluateExpressionAsync("document.querySelectorAll('#table thead button')[5].click()");
            string[] column = await _page.EvaluateExpressionAsync<string[]>(
                "[...document.querySelectorAll('#table tbody tr')].map(r => r.cells[5].textContent)");
            Assert.That(column[0], Does.StartWith("26"), way);
        }
    }

    [Test]
    public async Task EverythingButTheChartIsThereBeforeTheLibraryStarts()
    {
        await using IPage page = await NewPage();
        await page.EvaluateFunctionOnNewDocumentAsync("""
            () => {
              let library;
              Object.defineProperty(window, "Plotly", {
                get: () => library,
                set: value => {
                  window.before = [document.querySelectorAll("#table tbody tr").length, document.getElementById("note").textContent.length];
                  library = value;
                },
              });
            }
            """);
        await page.GoToAsync(new Uri(Path.Combine(_folder.Path, "report.html")).AbsoluteUri);
        await page.WaitForSelectorAsync("#chart:not([aria-busy]) .point");
        int[] before = await page.EvaluateExpressionAsync<int[]>("window.before");

        Assert.That(before[0], Is.GreaterThan(10), "rows of the table");
        Assert.That(before[1], Is.GreaterThan(0), "the line below the chart");
    }

    [Test]
    public async Task WhatThePaperDoesNotHaveIsNotOffered()
    {
        string path = Path.Combine(_folder.Path, "unpublished.html");
        HtmlReportTests.Page(published: PublishedResults.None).Save(path);
        string hidden = "document.getElementById('paper').closest('label').hidden";
        bool offered = !await _page.EvaluateExpressionAsync<bool>(hidden);
        await _page.GoToAsync(new Uri(path).AbsoluteUri);
        await _page.WaitForSelectorAsync("#chart .point");

        Assert.That(offered, Is.True);
        Assert.That(await _page.EvaluateExpressionAsync<bool>(hidden), Is.True);
    }

    [TestCase("light", 1200)]
    [TestCase("dark", 1200)]
    [TestCase("light", 360)]
    public async Task EverybodyCanReadIt(string scheme, int width)
    {
        await _page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 800 });
        await _page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
        await _page.EvaluateExpressionAsync(new BundledAxeScriptProvider().GetScript());
        string[] faults = await _page.EvaluateFunctionAsync<string[]>("""
            async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
              .filter(v => v.impact === "serious" || v.impact === "critical")
              .map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(", "))
            """);

        Assert.That(faults, Is.Empty);
        Assert.That(
            await _page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth"),
            Is.LessThanOrEqualTo(width),
            "nothing reaches past the screen"
        );
    }

    private async Task<int> Points() =>
        await _page.EvaluateExpressionAsync<int>("document.getElementById('chart')._fullData.reduce((n, t) => n + t.x.length, 0)");
}
