using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class ReportPageTests
{
    private static readonly MeasurementTable _measurements = new([
        SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
        SyntheticResults.Row("gmm", 1024, "reference", 1, "c2st", 0.5, 0),
    ]);

    private static readonly ReportPage _page = new()
    {
        Title = "Experiment 1",
        Introduction = "Two modes.",
        Facts = [("Machine", "2 cores | no GPU"), ("Duration", "40 min")],
        Tables =
        [
            new ReportTable("table", ResultTableBuilder.Build(_measurements, PublishedResults.None, new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "Scores",
                Styles = SyntheticResults.Styles,
                Metrics = ["c2st"],
                ComparedMetric = null,
                Planned = [new Setting("acf", 1024, 1)],
            })),
        ],
        Figures =
        [
            new ReportFigure(
                "c2st-steps",
                QualityFigures.AgainstSteps(
                    _measurements,
                    PublishedResults.None,
                    [
                        new QualityPanel
                        {
                            Experiment = "gmm",
                            Styles = SyntheticResults.Styles,
                            Budget = 1024,
                        },
                    ]
                )
            ),
        ],
        Findings =
        [
            new LowerClaim
            {
                Id = "cmpe-beats-acf",
                Text = "CMPE is better than ACF",
                Source = "Section 5.1",
                Left = new ClaimSelection { Contender = "cmpe", Budget = 1024, Steps = 10 },
                Right = new ClaimSelection { Contender = "acf", Budget = 1024 },
            }.Judge(new ClaimEvidence(_measurements, PublishedResults.None, "gmm", "paper", SyntheticResults.Styles)),
        ],
        Missing = ["variant published-code was not run"],
        Folder = "figures",
    };

    private static readonly string[] _linked = ["table.csv", "table.tex", "c2st-steps.png"];

    [Test]
    public void ThePageWithoutItsFixedReadingGuideIsAsExpected()
    {
        string page = _page.Compose();
        int guide = page.IndexOf("## How to read this", StringComparison.Ordinal),
            missing = page.IndexOf("## What is missing", StringComparison.Ordinal);

        Assert.That(page[..guide] + page[missing..], Is.EqualTo("""
            # Experiment 1

            Two modes.

            Claims of the paper: 0 reproduced, 0 contradicted, 0 undecided, 1 not measured.

            ## Claims of the paper

            | Claim                   | Where       | Verdict          | Our numbers                     | The paper's numbers   |
            | ----------------------- | ----------- | ---------------- | ------------------------------- | --------------------- |
            | CMPE is better than ACF | Section 5.1 | **not measured** | ACF (budget 1024): not measured | not given as a number |

            ## Results

            ### Scores

            | Contender                                                    | Steps |  C2ST |
            | ------------------------------------------------------------ | ----: | ----: |
            | Floor: a second, independent draw of the reference posterior |       | 0.500 |
            | ACF                                                          |     1 | — [1] |
            | CMPE                                                         |    10 | 0.600 |

            Mean ± half the width of the 95 % interval over test sets (one training of each).

            - [1] not measured

            Also as [CSV](figures/table.csv) and [LaTeX](figures/table.tex).

            ## Figures

            <img src="figures/c2st-steps.png" width="312" alt="Quality against sampling steps">

            Quality against the number of sampling steps.

            ## What was run

            |          |                   |
            | -------- | ----------------- |
            | Machine  | 2 cores \| no GPU |
            | Duration | 40 min            |

            ## What is missing

            - ACF: C2ST: not measured
            - claim 'cmpe-beats-acf' (paper): ACF (budget 1024): not measured
            - variant published-code was not run

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void TheHeadlineStandsBetweenVerdictsAndClaimsAndOnlyThere()
    {
        string page = (_page with { Headline = "c2st-steps" }).Compose();

        int picture = page.IndexOf("c2st-steps.png", StringComparison.Ordinal);
        Assert.That(picture, Is.GreaterThan(page.IndexOf("Claims of the paper: 0", StringComparison.Ordinal)));
        Assert.That(picture, Is.LessThan(page.IndexOf("## Claims of the paper", StringComparison.Ordinal)));
        Assert.That(page.LastIndexOf("c2st-steps.png", StringComparison.Ordinal), Is.EqualTo(picture));
        Assert.That(page, Does.Not.Contain("## Figures"));
    }

    [Test]
    public void AKeptFigureSaysSoWhereNumbersHaveGrown()
    {
        FigureEntry kept = new("posteriors", "Posterior draws", "Draws of before.", 400, FromTable: false);

        Assert.That(
            (_page with { Kept = [kept], IsGrown = true }).Compose(),
            Does.Contain("Draws of before. (Drawn by an earlier run: numbers measured since are not in it.)")
        );
        Assert.That((_page with { Kept = [kept] }).Compose(), Does.Not.Contain("earlier run"));
    }

    [Test]
    public void SeveralBudgetsHaveATableEachWithoutEmptyColumns()
    {
        MeasurementTable measurements = new(
        [
            SyntheticResults.Row("gmm", 512, "cmpe", 10, "c2st", 0.7, 0), SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "rmse", 0.5, 0), SyntheticResults.Row("gmm", 512, "reference", 1, "c2st", 0.5, 0),
        ]);
        ResultTable table = ResultTableBuilder.Build(
            measurements,
            PublishedResults.None,
            new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "Scores",
                Styles = SyntheticResults.Styles,
                Metrics = ["c2st", "rmse"],
            }
        );

        ResultTable[] parts = [.. table.PartsByBudget()];

        Assert.That(parts.Select(p => p.Title), Is.EqualTo(new[] { "Budget 512", "Budget 1024" }));
        Assert.That(
            parts.Select(p => string.Join(' ', p.Columns.Select(c => c.Name))),
            Is.EqualTo(new[] { "contender steps c2st", "contender steps c2st rmse" })
        );
        Assert.That(parts.Select(p => p.Rows.Count), Is.EqualTo(new[] { 2, 2 }), "each with the floor");
        Assert.That(
            MarkdownTable.Write(table),
            Does.Contain("#### Budget 512\n\n| Contender").And.Contain("#### Budget 1024\n\n| Contender")
        );
    }

    [Test]
    public void WhatManyRowsLackIsSaidOnce()
    {
        MeasurementTable measurements = new([
            .. Enumerable.Range(1, 8).Select(steps => SyntheticResults.Row("gmm", 512, "cmpe", steps, "c2st", 0.7, 0)),
        ]);
        ResultTable table = ResultTableBuilder.Build(
            measurements,
            PublishedResults.None,
            new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "Scores",
                Styles = SyntheticResults.Styles,
                Metrics = ["c2st", "rmse"],
                Floor = false,
            }
        );

        Assert.That(table.Holes(), Is.EqualTo(new[] { "RMSE: not measured in 8 rows" }));
    }

    [Test]
    public void EveryFileThePageLinksToIsSaved()
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "report");
        _page.Save(folder);
        string page = File.ReadAllText(Path.Combine(folder, "report.md"));

        Assert.Multiple(() =>
        {
            foreach (string file in _linked)
            {
                Assert.That(page, Does.Contain("figures/" + file));
                Assert.That(Path.Combine(folder, "figures", file), Does.Exist);
            }
        });
    }

    [Test]
    public void APageNamesItsFiguresForThePageThatAddsToIt()
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "added");
        _page.Save(folder);
        string index = Path.Combine(folder, "figures", FigureIndex.FileName);
        FigureEntry drawn = FigureIndex.Read(index).Single();
        FigureEntry kept = new("posteriors", "Posterior draws", "Draws of before.", 400, FromTable: false);
        (_page with { Kept = [kept] }).Save(folder);

        Assert.That((drawn.Name, drawn.Title, drawn.Width), Is.EqualTo(("c2st-steps", "Quality against sampling steps", 312)));
        Assert.That(FigureIndex.Read(index), Is.EqualTo(new[] { drawn, kept }));
        Assert.That(
            File.ReadAllText(Path.Combine(folder, "report.md")),
            Does.Contain("<img src=\"figures/posteriors.png\" width=\"400\" alt=\"Posterior draws\">\n\nDraws of before.\n"));
    }

    [TestCase("", "$")]
    [TestCase("null", "it is empty")]
    [TestCase("[{\"name\": \"a\"}]", "title")]
    [TestCase("[{\"name\": \"../a\", \"title\": \"\", \"caption\": \"\", \"width\": 1, \"from_table\": false}]", "without a folder")]
    public void AnIndexThatWasChangedIsRefused(string text, string named)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, FigureIndex.FileName);
        File.WriteAllText(path, text);
        Assert.That(
            () => FigureIndex.Read(path),
            Throws.TypeOf<MalformedTableException>().With.Message.Contains(path).And.Message.Contains(named)
        );
    }
}
