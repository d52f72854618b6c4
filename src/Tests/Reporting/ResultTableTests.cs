using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class ResultTableTests
{
    private static readonly PublishedResults _published = new([
        SyntheticResults.Published("fig3", "gmm", 1024, "cmpe", 10, "c2st", 0.612),
        SyntheticResults.Published("fig3", "gmm", 1024, "fmpe", 1000, "c2st", 0.739),
    ]);

    private static readonly ResultTable _table = ResultTableBuilder.Build(
        new MeasurementTable(
        [
            SyntheticResults.Row("gmm", 1024, "reference", 1, "c2st", 0.50, 0),
            SyntheticResults.Row("gmm", 1024, "reference", 1, "c2st", 0.502, 1),
            SyntheticResults.Row("gmm", 1024, "nsf", 1, "c2st", 0.70, 0),
            SyntheticResults.Row("gmm", 1024, "nsf", 1, "c2st", 0.72, 1),
            SyntheticResults.Row("gmm", 1024, "nsf", 1, "seconds_per_1000_draws", 0.01234, null),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.60, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.64, 1),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "rmse", 0.5, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "rmse", 0, 1, status: "diverged"),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "seconds_per_1000_draws", 0.0123, null),
        ]),
        _published,
        new ResultTableRequest
        {
            Experiment = "gmm",
            Title = "Gaussian mixture",
            Styles = SyntheticResults.Styles,
            Caption = "2 test sets, 75/25 split.",
            Metrics = ["c2st", "rmse", "seconds_per_1000_draws"],
            Planned = [new Setting("fmpe", 1024, 1000)],
        });

    [TestCase("paper", "denoising", "denoising")]
    [TestCase("paper", "denoising-night", "denoising-night")]
    [TestCase("paper", "of my own", "denoising")]
    [TestCase("paper", "denoising-50 %", "denoising")]
    [TestCase("published-code", "published-code", "denoising-published-code")]
    [TestCase("published-code", "", "denoising-published-code")]
    public void ReportsOfAnExperimentInFoldersOfTheirOwnHaveLabelsOfTheirOwn(string variant, string folder, string label)
    {
        ResultTableRequest request = new()
        {
            Experiment = "denoising",
            Title = "",
            Caption = "",
            Variant = variant,
            Folder = folder,
            Styles = SyntheticResults.Styles,
        };
        Assert.That(request.Label, Is.EqualTo(label));
    }

    [Test]
    public void FurtherPublishedMetricsGetAColumnEach()
    {
        PublishedResults paper = new([
            SyntheticResults.Published("table3", "tumor", 19600, "acf", 1, "rmse", 0.589),
            SyntheticResults.Published("table3", "tumor", 19600, "acf", 1, "max_ece", 0.021),
        ]);
        ResultTable table = ResultTableBuilder.Build(
            new MeasurementTable(
            [
                SyntheticResults.Row("tumor", 19600, "acf", 1, "scaled_error", 0.6, 0),
                SyntheticResults.Row("tumor", 19600, "acf", 1, "ece_max", 0.03, null),
                SyntheticResults.Row("tumor", 19600, "nsf", 1, "scaled_error", 0.5, 0),
            ]),
            paper,
            new ResultTableRequest
            {
                Experiment = "tumor",
                Title = "Tumour",
                Styles = SyntheticResults.Styles,
                Metrics = ["scaled_error", "ece_max"],
                ComparedMetric = "scaled_error",
                AlsoPublished = ["ece_max"],
                Floor = false,
            });
        Assert.That(
            table.Columns.Select(c => c.Name),
            Is.EqualTo(
                new[]
                {
                    "contender",
                    "steps",
                    "scaled_error",
                    "ece_max",
                    "paper_scaled_error_table3",
                    "difference_table3",
                    "paper_ece_max_table3",
                }
            )
        );
        Assert.That(table.Rows[0].Skip(2).Select(c => c.Text), Is.EqualTo(new[] { "0.600", "0.030", "0.589", "+0.011", "0.021" }));
        Assert.That(table.Rows[1].Skip(4).Select(c => c.Text), Is.All.Empty, "the paper's other rows are not given here");
    }

    [Test]
    public void Markdown() =>
        Assert.That(
            MarkdownTable.Write(_table),
            Is.EqualTo(
                """
                ### Gaussian mixture

                | Contender                                                    | Steps |              C2ST |      RMSE | time of 1000 draws (s) | C2ST, Figure 3 | ours - Figure 3 |
                | ------------------------------------------------------------ | ----: | ----------------: | --------: | ---------------------: | -------------: | --------------: |
                | Floor: a second, independent draw of the reference posterior |       |     0.501 ± 0.013 |           |                        |                |                 |
                | NSF                                                          |     1 |     0.710 ± 0.127 |     — [1] |                  0.012 |                |                 |
                | FMPE                                                         |  1000 |             — [1] |     — [1] |                  — [1] |          0.739 |                 |
                | CMPE                                                         |    10 | **0.620 ± 0.254** | 0.500 [2] |                  0.012 |          0.612 |          +0.008 |

                2 test sets, 75/25 split.

                Mean ± half the width of the 95 % interval over test sets (one training of each); **bold**: the best value among the contenders.

                - [1] not measured
                - [2] 1 of 2 failed: diverged

                """.ReplaceLineEndings("\n")
            )
        );

    [Test]
    public void Csv() =>
        Assert.That(
            DelimitedTable.Write(_table),
            Is.EqualTo(
                """
                contender,steps,c2st,c2st_plus_minus,rmse,rmse_plus_minus,seconds_per_1000_draws,seconds_per_1000_draws_plus_minus,paper_c2st_fig3,difference_fig3,holes
                "Floor: a second, independent draw of the reference posterior",,0.501,0.012706204736178367,,,,,,,
                NSF,1,0.71,0.12706204736178367,,,0.01234,,,,rmse: not measured
                FMPE,1000,,,,,,,0.739,,c2st: not measured; rmse: not measured; seconds_per_1000_draws: not measured
                CMPE,10,0.62,0.25412409472356734,0.5,,0.0123,,0.612,0.008000000000000007,rmse: 1 of 2 failed: diverged

                """.ReplaceLineEndings("\n")
            )
        );

    [Test]
    public void Latex() =>
        Assert.That(
            LatexTable.Write(_table, "tab:gmm"),
            Is.EqualTo(
                """
                % Needs \usepackage{booktabs,graphicx}.
                \begin{table*}[tp]
                \centering
                \caption{Gaussian mixture. 2 test sets, 75/25 split. Mean $\pm$ half the width of the 95 \% interval over test sets (one training of each); bold: the best value among the contenders.}
                \label{tab:gmm}
                \footnotesize
                \resizebox{\ifdim\width>\textwidth\textwidth\else\width\fi}{!}{%
                \begin{tabular}{lrrrrrr}
                \toprule
                Contender & Steps & C2ST & RMSE & \shortstack[r]{time of\\1000 draws\\(s)} & \shortstack[r]{C2ST,\\Figure 3} & \shortstack[r]{ours $-$\\Figure 3} \\
                \midrule
                \shortstack[l]{Floor: a second,\\independent draw of the\\reference posterior} &  & 0.501 $\pm$ 0.013 &  &  &  &  \\
                \midrule
                NSF & 1 & 0.710 $\pm$ 0.127 & ---\textsuperscript{1} & 0.012 &  &  \\
                FMPE & 1000 & ---\textsuperscript{1} & ---\textsuperscript{1} & ---\textsuperscript{1} & 0.739 &  \\
                CMPE & 10 & \textbf{0.620 $\pm$ 0.254} & 0.500\textsuperscript{2} & 0.012 & 0.612 & +0.008 \\
                \bottomrule
                \end{tabular}}

                \smallskip
                \textsuperscript{1}not measured; \textsuperscript{2}1 of 2 failed: diverged.
                \end{table*}

                """.ReplaceLineEndings("\n")
            )
        );

    [Test]
    public void HolesAreListedByRowAndColumn() => Assert.That(string.Join('\n', _table.Holes()), Is.EqualTo("""
        NSF: RMSE: not measured
        FMPE, 1000 steps: C2ST: not measured
        FMPE, 1000 steps: RMSE: not measured
        FMPE, 1000 steps: time of 1000 draws (s): not measured
        CMPE, 10 steps: RMSE: 1 of 2 failed: diverged
        """.ReplaceLineEndings("\n")));

    [Test]
    public void SeveralBudgetsGetAColumnAndInLatexATableEach()
    {
        ResultTable table = ResultTableBuilder.Build(
            SyntheticResults.Experiment("gmm", [512, 1024], 2),
            PublishedResults.None,
            new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "t",
                Styles = SyntheticResults.Styles,
                Metrics = ["c2st"],
                ComparedMetric = null,
            }
        );

        Assert.Multiple(() =>
        {
            Assert.That(string.Join(" ", table.Columns.Select(c => c.Name)), Is.EqualTo("budget contender steps c2st"));
            Assert.That(string.Join("|", table.Rows.Select(r => r[0].Text).Distinct()), Is.EqualTo("|512|1024"));
            Assert.That(LatexTable.Write(table, "t"), Does.Contain(@"t, budget 512.").And.Contain(@"\label{t-1024}"));
            Assert.That(LatexTable.Write(table, "t").Split("\\midrule\n"), Has.Length.EqualTo(5), "heading and floor of each");
        });
    }

    [Test]
    public void APublishedMmdIsShownInTheUnitOfOurs()
    {
        var published = new PublishedResults([
            SyntheticResults.Published("table2", "gmm", 1024, "cmpe", 2, "mmd_x1e3", 102.09),
        ]);
        ResultTable table = ResultTableBuilder.Build(
            new MeasurementTable([SyntheticResults.Row("gmm", 1024, "cmpe", 2, "mmd2", 0.2, 0)]),
            published,
            new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "t",
                Styles = SyntheticResults.Styles,
                Metrics = ["mmd2"],
                ComparedMetric = "mmd2",
                AlsoPublished = ["mmd2"],
            }
        );

        string row = string.Join(" ", table.Rows.Single(r => r[0].Text == "CMPE").Select(c => c.Text));
        Assert.That(row, Is.EqualTo("CMPE 2 0.2000 0.1021 +0.0979"));
    }

    [Test]
    public void EverySourceOfThePaperHasItsColumns()
    {
        PublishedResult Paper(string source, double value) =>
            SyntheticResults.Published(source, "gmm", 1024, "cmpe", 2, "c2st", value);
        ResultTable table = ResultTableBuilder.Build(
            new MeasurementTable([SyntheticResults.Row("gmm", 1024, "cmpe", 2, "c2st", 0.62, 0)]),
            new PublishedResults([Paper("fig4b", 0.636), Paper("fig_steps", 0.605)]),
            new ResultTableRequest
            {
                Experiment = "gmm",
                Title = "t",
                Styles = SyntheticResults.Styles,
                Metrics = ["c2st"],
                Floor = false,
            }
        );

        Assert.That(
            table.Columns.Skip(3).Zip(table.Rows.Single().Skip(3), (c, v) => (c.Name, v.Text)),
            Is.EqualTo(
                new[]
                {
                    ("paper_c2st_fig4b", "0.636"),
                    ("difference_fig4b", "-0.016"),
                    ("paper_c2st_fig_steps", "0.605"),
                    ("difference_fig_steps", "+0.015"),
                }
            )
        );
    }

    [Test]
    public void NamesAreShownByLabelOrKindAndEscapedInLatex()
    {
        PublishedResult paper = SyntheticResults.Published("fig3", "gmm", 1024, "cmpe", 2, "c2st", 0.678);
        ContenderStyles styles = ReportStyles.Of([
            new Contender("cmpe", "cmpe", "mlp"),
            new Contender("my_cmpe", "cmpe", "mlp"),
            new Contender("half", "cmpe", "mlp", "CMPE_1, 50 % & θ₁"),
            new Contender("spline-flow", "nsf", ""),
        ]);
        ResultTable table = ResultTableBuilder.Build(
            new MeasurementTable(
            [
                .. from name in new[] { "cmpe", "my_cmpe", "half" } select SyntheticResults.Row("gmm", 1024, name, 2, "c2st", 0.62, 0),
                SyntheticResults.Row("gmm", 1024, "spline-flow", 1, "c2st", 0.7, 0),
            ]),
            new PublishedResults([paper]),
            new ResultTableRequest { Experiment = "gmm", Title = "t", Styles = styles, Metrics = ["c2st"], Floor = false });
        string latex = LatexTable.Write(table, "t");

        Assert.Multiple(() =>
        {
            Assert.That(table.Rows.Select(r => r[0].Text), Is.EqualTo(new[] { "NSF", "CMPE", "CMPE (my_cmpe)", "CMPE_1, 50 % & θ₁" }));
            Assert.That(
                table.Rows.Select(r => r[3].Text),
                Is.EqualTo(new[] { "", "0.678", "0.678", "0.678" }),
                "the paper's CMPE is the reference of every CMPE"
            );
            Assert.That(latex, Does.Contain(@"CMPE (my\_cmpe) &").And.Contain(@"CMPE\_1, 50 \% \& $\theta_{1}$ &"));
        });
    }

    [TestCase("cmpe: huber_norm | 2*3", @"cmpe: huber\_norm \| 2\*3")]
    [TestCase("`run two_moons.yaml`, a_b; `x*_y`", @"`run two_moons.yaml`, a\_b; `x*_y`")]
    [TestCase("a ` b_c", @"a ` b\_c")]
    public void MarkdownIsEscapedOutsideOfCode(string text, string expected) =>
        Assert.That(MarkdownTable.Escape(text), Is.EqualTo(expected));

    [TestCase(
        @"50% of a_b & c#d $x^2$ {y} ~ \z",
        @"50\% of a\_b \& c\#d \$x\textasciicircum{}2\$ \{y\} \textasciitilde{} \textbackslash{}z"
    )]
    [TestCase("θ₁ and θ₁₂, θ", @"$\theta_{1}$ and $\theta_{12}$, $\theta$")]
    [TestCase("published script's “RMSE”", "published script's ``RMSE''")]
    [TestCase("0.5 ± 0.1 MMD² — a–b", @"0.5 $\pm$ 0.1 MMD$^2$ --- a--b")]
    public void LatexIsEscaped(string text, string expected) => Assert.That(LatexText.Escape(text), Is.EqualTo(expected));
}
