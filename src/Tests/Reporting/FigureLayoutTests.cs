using System.Xml.Linq;
using NUnit.Framework;
using Reproduce.Reporting;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Reproduce.Tests.Reporting;

/// <summary>Where things stand in a figure: what a reader would otherwise see to be wrong.</summary>
internal sealed class FigureLayoutTests
{
    private static readonly MeasurementTable _measurements = SyntheticResults.Experiment("gmm", [512, 1024, 2048], dataSets: 5);
    private static readonly QualityPanel _panel = new()
    {
        Experiment = "gmm",
        Title = "Gaussian mixture",
        Styles = SyntheticResults.Styles,
        Budget = 1024,
    };

    [TestCase(1)]
    [TestCase(3)]
    public void NumbersBesidePointsDoNotCoverOneAnother(int panels)
    {
        Figure figure = QualityFigures.AgainstTime(
            _measurements, PublishedResultsTests.Published, [.. Enumerable.Repeat(_panel, panels)]);

        foreach (FigurePanel panel in figure.Panels)
        {
            FigureText[] labels = [.. panel.Texts.Where(t => t.Size == FigureStyle.PointLabelSize)];
            (string, string)[] covering =
            [
                .. from i in Enumerable.Range(0, labels.Length)
                   from j in Enumerable.Range(0, i)
                   where Overlap(RectangleOf(labels[i]), RectangleOf(labels[j]))
                   select (labels[i].Text, labels[j].Text),
            ];

            Assert.That(covering, Is.Empty);
            Assert.That(labels.Select(l => l.Text), Is.SupersetOf(new[] { "1", "1000", "ACF", "NSF" }), "ends of curves and lone points");
            Assert.That(labels.All(l => Inside(RectangleOf(l), panel.DataRect)), "inside of the panel");
        }
    }

    [Test]
    public void ALongTextOfTheLegendIsBrokenToTheWidthOfTheFigure()
    {
        const string Long = "paper, Figure 4 and steps figure of the newer version, same colours";
        LegendEntry[] entries = [new("ACF", Colors.Black), new(Long, Colors.Gray) { Line = LinePattern.Dotted }];
        FigureLegend legend = new(entries, FigureStyle.ColumnWidth);

        Assert.That(legend.Extents.All(e => e.Left >= 0 && e.Right <= FigureStyle.ColumnWidth), string.Join("; ", legend.Extents));
        Assert.That(string.Join(" ", legend.Extents.Select(e => e.Text)), Is.EqualTo($"ACF {Long}"));
        Assert.That(legend.Extents.Count(), Is.EqualTo(3), "the long one in two");
    }

    [Test]
    public void TheLegendExplainsTheNumbersWhereThereAreAny()
    {
        Assert.That(Texts(QualityFigures.AgainstTime(_measurements, PublishedResults.None, [_panel])), Does.Contain("sampling steps"));
        Assert.That(
            Texts(QualityFigures.AgainstSteps(_measurements, PublishedResults.None, [_panel])).Count(t => t == "sampling steps"),
            Is.EqualTo(1),
            "the axis only"
        );
    }

    [TestCase(0.9, false)]
    [TestCase(0.6, true)]
    public void AFloorFarBelowTheCurvesIsSaidInWordsAndDoesNotPressThem(double lowest, bool drawn)
    {
        MeasurementTable table = new(
        [
            SyntheticResults.Row("gmm", 1024, "reference", 1, "c2st", 0.5, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 1, "c2st", 1, 0),
            SyntheticResults.Row("gmm", 1024, "cmpe", 10, "c2st", lowest, 0),
        ]);

        Figure figure = QualityFigures.AgainstSteps(table, PublishedResults.None, [_panel]);
        FigurePanel panel = figure.Panels.Single();
        double height = panel.ToPixel(0, lowest).Y - panel.ToPixel(0, 1).Y;

        Assert.That(panel.Plot.GetPlottables<HorizontalLine>().Any(), Is.EqualTo(drawn));
        Assert.That(panel.Texts.Any(t => t.Text == "reference against itself: 0.50 ↓"), Is.EqualTo(!drawn));
        Assert.That(height / panel.DataRect.Height, Is.GreaterThan(0.5));
    }

    [TestCase(1, "reference against itself: 0.50 ↓")]
    [TestCase(6, "reference: 0.50 ↓")]
    public void WhatIsSaidOfAFloorFarBelowStaysInItsPanel(int panels, string expected)
    {
        string[] contenders = new[] { "acf", "nsf", "fmpe", "cmpe", "npse", "ect" }[..panels];
        MeasurementTable table = new(
        [
            .. from budget in new[] { 512, 1024 }
               from contender in contenders.Append("reference")
               let value = contender == "reference" ? 0.5 : budget == 512 ? 0.95 : 0.9
               select SyntheticResults.Row("gmm", budget, contender, 1, "c2st", value, 0),
        ]);

        Figure figure = BudgetFigure.Create(table, PublishedResults.None, [_panel]);

        Assert.That(figure.Panels, Has.Count.EqualTo(panels));
        foreach (FigurePanel panel in figure.Panels)
        {
            FigureText said = panel.Texts.Single(t => t.Text == expected);
            Assert.That(said.Position.X + RectangleOf(said).Width, Is.LessThanOrEqualTo(panel.DataRect.Right));
        }
    }

    [Test]
    public void PublishedPointsAreJoinedWhereThereAreThree()
    {
        PublishedResult[] paper =
        [
            .. from steps in new[] { 1, 10, 30 }
               select SyntheticResults.Published("fig3", "gmm", 1024, "cmpe", steps, "c2st", 0.7),
        ];

        float Width(int count) =>
            QualityFigures.AgainstSteps(_measurements, new PublishedResults(paper.Take(count)), [_panel])
                .Panels[0].Plot.GetPlottables<Scatter>().Single(s => s.Data.GetScatterPoints().All(p => p.Y == 0.7)).LineWidth;

        Assert.That((Width(2), Width(3)), Is.EqualTo((0f, 1f)));
    }

    [Test]
    public void TheFigureOverBudgetsHasAPanelForEachKindAndOneScaleARow()
    {
        MeasurementTable both = new(
            [.. _measurements.Rows, .. _measurements.Rows.Select(r => r with { Experiment = "two_moons", Value = r.Value + 0.2 })]);
        Figure figure = BudgetFigure.Create(
            both, PublishedResultsTests.Published, [_panel, _panel with { Experiment = "two_moons", Title = "Two moons" }]);
        string[] texts = Texts(figure);

        Assert.That(figure.Panels, Has.Count.EqualTo(2 * 4));
        Assert.That(
            figure.Panels.Take(4)
                .Select(p => p.Texts.Select(t => t.Text).First(t => !t.Contains(' ', StringComparison.Ordinal) && t != "C2ST")),
            Is.EqualTo(new[] { "ACF", "NSF", "FMPE", "CMPE" })
        );
        Assert.That(figure.Panels.Take(4).Select(p => p.Plot.Axes.GetLimits()).Distinct().Count(), Is.EqualTo(1));
        Assert.That(figure.Panels[0].Plot.Axes.GetLimits(), Is.Not.EqualTo(figure.Panels[4].Plot.Axes.GetLimits()));
        Assert.That(texts.Where(t => t.Contains("paper", StringComparison.Ordinal)), Is.EqualTo(new[] { "paper, Figure 4, same colours" }));
        Assert.That(texts.Count(t => t == "training simulations"), Is.EqualTo(1));
    }

    [TestCase(5, 300, "512 1024 2048 4096 8192")]
    [TestCase(5, 100, "512 2048 8192")]
    [TestCase(5, 40, "512 8192")]
    [TestCase(1, 100, "8192")]
    public void BudgetsAreLabelledWhereThereIsRoom(int count, double pixels, string expected)
    {
        double[] budgets = [.. Enumerable.Range(0, count).Select(i => 8192 / Math.Pow(2, count - 1 - i))];
        Assert.That(BudgetLabels(budgets, pixels), Is.EqualTo(expected));
    }

    [TestCase(new[] { 1000.0, 10000 }, "1k 10k")]
    [TestCase(new[] { 1000.0, 4000 }, "1000 4000")]
    [TestCase(new[] { 512.0, 20000 }, "512 20000")]
    public void BudgetsOfFiveDigitsAreCountedInThousands(double[] budgets, string expected) =>
        Assert.That(BudgetLabels(budgets, 300), Is.EqualTo(expected));

    private static string BudgetLabels(double[] budgets, double pixels)
    {
        NumericManual ticks = AxisTicks.LogAt(budgets, pixels, labels: true);
        using var paint = Paint.NewDisposablePaint();
        ticks.Regenerate(new CoordinateRange(0, 5), Edge.Bottom, new PixelLength(300), paint, new LabelStyle());

        return string.Join(' ', ticks.Ticks.Select(t => t.Label).Where(l => l.Length > 0));
    }

    [Test]
    public void AContenderHasOneColumnInAllRowsOfDraws()
    {
        PosteriorCell Cell(string contender, string title) =>
            new() { Contender = contender, Style = SyntheticResults.Styles.Of(contender), Title = title, X = [0, 1], Y = [0, 1] };
        PosteriorRow row = new()
        {
            Title = "A",
            XName = "θ₁",
            YName = "θ₂",
            Cells = [Cell("reference", "Reference"), Cell("acf", "ACF"), Cell("cmpe", "CMPE, 10 steps")],
            Truth = (0, 0),
        };
        Figure figure = PosteriorGrid.Create(
        [
            row,
            row with { Title = "B", Cells = [Cell("reference", "Reference"), Cell("cmpe", "CMPE, 30 steps")], MarkName = "end point" },
        ]);

        float[] columns = [.. figure.Panels.Select(p => p.DataRect.Left)];
        Assert.That(columns, Has.Length.EqualTo(6));
        Assert.That(columns.Skip(3), Is.EqualTo(columns.Take(3)));
        Assert.That(columns[1], Is.GreaterThan(columns[0]).And.LessThan(columns[2]));
        Assert.That(Texts(figure), Does.Contain("× true value").And.Contain("× end point"));
        Assert.That(Texts(figure).Count(t => t == "not measured"), Is.EqualTo(1), "ACF in the second row");
        Assert.That(figure.Caption, Does.EndWith("The rows differ in steps: CMPE, 10 steps or CMPE, 30 steps."));
    }

    [TestCase(2)]
    [TestCase(7)]
    [TestCase(9)]
    public void ACornerPlotHasAllPairsAndTheTruthInEach(int parameters)
    {
        Figure figure = CornerFigure.Create(SyntheticFigures.Corner(parameters));

        Assert.That(figure.Panels, Has.Count.EqualTo(parameters * (parameters + 1) / 2));
        Assert.That(
            figure.Panels.All(p => p.Plot.GetPlottables<Marker>().Any() || p.Plot.GetPlottables<VerticalLine>().Any()),
            "the true values"
        );
        AxisLimits last = figure.Panels[^1].Plot.Axes.GetLimits(), beside = figure.Panels[^2].Plot.Axes.GetLimits();
        Assert.That((beside.Bottom, beside.Top), Is.EqualTo((last.Left, last.Right)), "one range for a parameter, across and up");
        Assert.That(last.Left, Is.LessThan(4).And.GreaterThan(-1e3), "the truth, which no draw reaches, and not the one draw far out");
        Assert.That(figure.Panels.All(p => p.DataRect.Width > 50));
    }

    [Test]
    public void ACornerPlotOfTenParametersIsRefused() =>
        Assert.That(() => CornerFigure.Create(SyntheticFigures.Corner(10)), Throws.ArgumentException);

    [Test]
    public void AHistogramHasPartsOfAllDraws() =>
        Assert.That(CornerFigure.Histogram([0.01, 0.02, 0.99, 7], (0, 1)).Where(p => p > 0), Is.EqualTo(new[] { 0.5, 0.25 }));

    [Test]
    public void OneNightIsNoTrend()
    {
        NightlyHistoryRow[] nights = [.. new[] { 25, 26 }.Select(Night)];

        Assert.That(() => TrendFigure.Create(nights[..1], SyntheticResults.Styles), Throws.ArgumentException);
        Figure figure = TrendFigure.Create(nights, SyntheticResults.Styles);
        Assert.That(figure.Panels, Has.Count.EqualTo(1));
        Assert.That(Texts(figure), Is.SupersetOf(new[] { "1", "2", "night; 1: 2026-11-25" }), "counted, whatever time lies between");
    }

    private static NightlyHistoryRow Night(int day) => new(
        new NightlyOrigin($"2026-11-{day} 03:10Z", "0123456789ab", "2 cores", ""),
        NightlyKind.Quality, "gmm", "cmpe, 1024 simulations, 10 steps", "c2st", 0.6, 0.01, NightlyOutcome.Unchanged);

    private static string[] Texts(Figure figure) =>
        [.. XDocument.Parse(figure.ToSvg()).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

    private static SKRect RectangleOf(FigureText text)
    {
        using var font = new SKFont(FigureFont.Typeface, text.Size);
        float width = font.MeasureText(text.Text);
        return SKRect.Create(text.Position.X - width / 2, text.Position.Y - text.Size / 2, width, text.Size);
    }

    private static bool Overlap(SKRect a, SKRect b) => a.IntersectsWith(b);

    private static bool Inside(SKRect inner, PixelRect outer) =>
        inner.Left >= outer.Left - 0.1 && inner.Right <= outer.Right + 0.1 && inner.Top >= outer.Top - 0.1
        && inner.Bottom <= outer.Bottom + 0.1;
}
