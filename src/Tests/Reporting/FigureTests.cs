using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;

namespace Reproduce.Tests.Reporting;

[TestFixture]
internal sealed class FigureTests
{
    private static readonly MeasurementTable _measurements = SyntheticResults.Experiment("gmm", [512, 1024, 2048], dataSets: 5);
    private static readonly QualityPanel _panel = new()
    {
        Experiment = "gmm",
        Title = "Gaussian mixture",
        Styles = SyntheticResults.Styles,
        Budget = 1024,
    };

    /// <summary>Every figure with the texts a reader must find in it.</summary>
    private static IEnumerable<(string Name, Figure Figure, string[] Texts)> All()
    {
        PublishedResults published = PublishedResultsTests.Published;
        string[] common =
        [
            "Gaussian mixture",
            "C2ST",
            "ACF",
            "NSF",
            "95 % interval, 5 test sets",
            "reference against itself",
            "paper, Figure 3, same colours",
        ];
        yield return (
            "time",
            QualityFigures.AgainstTime(_measurements, published, [_panel]),
            [.. common, "seconds per 1000 draws", "FMPE", "CMPE", "1000", "10"]
        );
        yield return (
            "time of three",
            QualityFigures.AgainstTime(_measurements, published, [_panel, _panel, _panel], BandKind.Quantiles),
            ["10–90 % of 5 test sets"]
        );
        yield return (
            "steps",
            QualityFigures.AgainstSteps(_measurements, published, [_panel, _panel]),
            [.. common, "sampling steps", "100"]
        );
        yield return (
            "budget",
            BudgetFigure.Create(_measurements, published, [_panel]),
            [
                "Gaussian mixture", "C2ST", "ACF", "NSF", "95 % interval, 5 test sets", "reference against itself",
                "paper, Figure 4, same colours", "the other contenders", "training simulations", "512", "2048", "FMPE, 1000 steps",
                "CMPE, 10 steps",
            ]
        );
        yield return ("grid", SyntheticFigures.Grid(), ["Reference", "CMPE, 10 steps", "Two moons", "θ₁", "θ₂", "failed: diverged"]);
        yield return (
            "corner",
            CornerFigure.Create(SyntheticFigures.Corner(4)),
            ["CMPE, 10 steps", "exact posterior", "true value", "log₁₀ parameter 4 (1/h)"]
        );
        yield return (
            "corner over draws of others",
            CornerFigure.Create(SyntheticFigures.Corner(2) with { IsReferenceExact = false }),
            ["CMPE, 10 steps", "reference draws", "true value"]
        );
        yield return ("ecdf", SyntheticFigures.Ecdf(), ["ECDF difference", "fractional rank", "CMPE, 10 steps", "θ₁", "θ₂"]);
        yield return ("ranks", SyntheticFigures.Ranks(), ["test sets", "fractional rank", "CMPE, 10 steps", "θ₁", "θ₂"]);
        yield return ("recovery", SyntheticFigures.Recovery(), ["true value", "posterior median", "CMPE, 10 steps", "θ₁", "θ₂"]);
        yield return (
            "loss",
            SyntheticFigures.Loss(),
            [
                "CMPE", "NSF", "epoch", "training", "validation", "weights kept", "loss", "loss (log)", "512 simulations",
                "1024 simulations",
            ]
        );
    }

    private static IEnumerable<TestCaseData> FiguresWithTexts() =>
        All().Select(f => new TestCaseData(f.Figure, f.Texts).SetArgDisplayNames(f.Name));

    private static IEnumerable<TestCaseData> Figures() => All().Select(f => new TestCaseData(f.Figure).SetArgDisplayNames(f.Name));

    [TestCaseSource(nameof(FiguresWithTexts))]
    public void SvgIsWellFormedAndHoldsTheTexts(Figure figure, string[] texts)
    {
        var svg = XDocument.Parse(figure.ToSvg());
        string[] found = Texts(svg);

        Assert.Multiple(() =>
        {
            foreach (string text in texts)
            {
                Assert.That(found, Does.Contain(text));
            }

            Assert.That((string?)svg.Root?.Attribute("viewBox"), Is.EqualTo($"0 0 {figure.Width} {figure.Height}"));
            Assert.That(figure.Caption, Is.Not.Empty);
        });
    }

    /// <summary>Over budgets: the steps that the paper has at several budgets, or those that were measured at the most.</summary>
    [Test]
    public void OfManyStepsTheFigureOverBudgetsDrawsThePublishedOnes()
    {
        MeasurementTable all = new(_measurements.Rows.Concat(
            from place in new (int Budget, int Steps)[] { (512, 30), (1024, 30), (2048, 30), (512, 100), (1024, 100), (512, 1000) }
            select SyntheticResults.Row("gmm", place.Budget, "ours", place.Steps, "c2st", 0.6, 0) with { Method = "npse" }));
        ContenderStyles styles = ReportStyles.Of(all.Contenders);

        string svg = BudgetFigure.Create(all, PublishedResultsTests.Published, [_panel with { Styles = styles }]).ToSvg();

        string[] texts = Texts(XDocument.Parse(svg));
        Assert.That(
            texts.Where(t => t.EndsWith("steps", StringComparison.Ordinal) || t.EndsWith("passes", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "FMPE, 30 steps", "FMPE, 1000 steps", "CMPE, 10 steps", "CMPE, 30 steps", "NPSE, 30 passes" }));
    }

    [TestCaseSource(nameof(Figures))]
    public void PdfAndPngAreWrittenAtTheirSizes(Figure figure)
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "figures");
        FigureFiles files = figure.Save(folder, TestContext.CurrentContext.Test.ID);
        byte[] pdf = File.ReadAllBytes(files.Pdf), png = File.ReadAllBytes(files.Png);

        Assert.Multiple(() =>
        {
            Assert.That(Encoding.ASCII.GetString(pdf, 0, 4), Is.EqualTo("%PDF"));
            // A raster fallback or a whole font inside would be far larger.
            Assert.That(pdf, Has.Length.InRange(5_000, 400_000));
            Assert.That(png.AsSpan(1, 3).ToArray(), Is.EqualTo("PNG"u8.ToArray()));
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), Is.EqualTo(2 * figure.Width));
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), Is.EqualTo(2 * figure.Height));
            Assert.That(new FileInfo(files.Svg).Length, Is.LessThan(2_000_000));
        });
    }

    [Test]
    public void AFigureIsTheSameEveryTime()
    {
        Figure figure = QualityFigures.AgainstTime(_measurements, PublishedResults.None, [_panel]);

        byte[] first = figure.ToPng(1), again = figure.ToPng(1);

        Assert.That(again, Is.EqualTo(first));
        Assert.That(figure.ToSvg(), Is.EqualTo(QualityFigures.AgainstTime(_measurements, PublishedResults.None, [_panel]).ToSvg()));
    }

    [Test]
    public void ALossThatIsNotFiniteIsAGapInItsLine() =>
        Assert.That(
            LossFigure.Finite([double.NaN, 3, 2, double.PositiveInfinity, 1, double.NaN, double.NaN, 1, 1]),
            Is.EqualTo(new[] { (1, 3), (4, 5), (7, 9) }));

    /// <summary>With ten parameters a row is some 84 pixels high, in which no more than 15 letters have room.</summary>
    [Test]
    public void ARowsLongNameIsBroken()
    {
        ContenderStyle style = SyntheticResults.Styles.Of("npse") with { Label = "NPSE (held out)" };
        double[] numbers = [0.1, 0.2, 0.4];
        Figure figure = CalibrationFigures.Recovery(
            [
                .. Enumerable.Range(1, 10).Select(p => new RecoveryPanel
                {
                    Contender = style, Steps = 30, Parameter = $"p{p}", Truth = numbers, Median = numbers, Lower = numbers, Upper = numbers,
                }),
            ],
            0.9);

        Assert.That(Texts(XDocument.Parse(figure.ToSvg())), Does.Contain("NPSE (held").And.Contain("out), 30 passes"));
    }

    [Test]
    public void ALongNoisyLossIsAveraged()
    {
        string[] Texts(int entries)
        {
            double[] time = [.. Enumerable.Range(1, entries).Select(i => (double)i)];
            Figure figure = LossFigure.Create(
                [
                    new()
                    {
                        Contender = SyntheticResults.Styles.Of("nsf"),
                        Time = time,
                        Training = [.. time.Select(t => 8000 * (t % 2))],
                    },
                ],
                "epoch"
            );
            return [.. FigureTests.Texts(XDocument.Parse(figure.ToSvg())), figure.Caption];
        }

        Assert.That(Texts(200), Does.Contain("8000").And.Not.Some.Contain("Averaged"), "0 and 8000 in turn, every one shown");
        Assert.That(Texts(2000), Does.Not.Contain("8000").And.Some.Contain("Averaged in 200 blocks"), "4000 everywhere");
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public void ACaptionSpeaksOfBandsAndOfThePaperOnlyWhereTheyAre(bool testSets, bool paper)
    {
        var some = new MeasurementTable(_measurements.Rows.Where(r => testSets || r.DataSet is null or 0));

        string caption = QualityFigures
            .AgainstSteps(some, paper ? PublishedResultsTests.Published : PublishedResults.None, [_panel])
            .Caption;

        Assert.That(caption.Contains("95 % interval of the mean over test sets", StringComparison.Ordinal), Is.EqualTo(testSets), caption);
        Assert.That(caption.Contains("the paper's values", StringComparison.Ordinal), Is.EqualTo(paper), caption);
    }

    [Test]
    public void OfNothingThereIsNoFigureOfBudgets()
    {
        Measurement hole = SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0) with { Value = double.NaN, Status = "failed" };
        Assert.That(BudgetFigure.IsMeasured(_measurements, _panel), Is.True);
        Assert.That(BudgetFigure.IsMeasured(new MeasurementTable([]), _panel), Is.False);
        Assert.That(BudgetFigure.IsMeasured(new MeasurementTable([hole]), _panel), Is.False);
    }

    [Test]
    public void WhatAToleranceDecidesStandsAtThePassesThatItTook()
    {
        MeasurementTable table = new([
            SyntheticResults.Row("gmm", 1024, "fmpe", 1000, "c2st", 0.6, 0),
            SyntheticResults.Row("gmm", 1024, "fmpe", 1000, MetricStyle.Passes, 80, null),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", 0.6, 0),
        ]);

        List<QualityCurve> curves = QualityCurves.OverSteps(table, PublishedResults.None, _panel, BandKind.Interval);

        Dictionary<string, double> passes = curves.ToDictionary(c => c.Contender.Name, c => Math.Round(Math.Pow(10, c.Points.Single().X)));
        Assert.That(passes, Is.EquivalentTo(new Dictionary<string, double> { ["fmpe"] = 80, ["cmpe"] = 10 }));
        string caption = QualityFigures.AgainstSteps(table, PublishedResults.None, [_panel]).Caption;
        Assert.That(caption, Does.Contain("the passes that a draw took"));
    }

    [TestCase(29, false)]
    [TestCase(31, true)]
    public void ValuesOfVeryDifferentSizeStandOnALogarithmicAxis(double largest, bool logarithmic)
    {
        var table = new MeasurementTable([
            SyntheticResults.Row("gmm", 1024, "cmpe", 1, "mmd2", largest, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "mmd2", 1, 0),
        ]);
        Figure figure = QualityFigures.AgainstSteps(table, PublishedResults.None, [_panel with { Metric = "mmd2", Title = "" }]);

        string[] texts = [.. XDocument.Parse(figure.ToSvg()).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

        Assert.That((texts.Contains("0"), texts.Contains("15")), Is.EqualTo((!logarithmic, !logarithmic)), string.Join(" ", texts));
    }

    [Test]
    public void AContenderWithoutMeasurementsIsLeftOutAndItsPublishedCurveToo()
    {
        var only = new MeasurementTable(_measurements.Rows.Where(r => r.Contender is "cmpe"));

        string svg = QualityFigures.AgainstSteps(only, PublishedResultsTests.Published, [_panel]).ToSvg();

        Assert.Multiple(() =>
        {
            Assert.That(svg, Does.Not.Contain("#0072B2"));
            Assert.That(svg, Does.Contain("#D55E00"));
        });
    }

    private static string[] Texts(XDocument svg) =>
        [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
}
