using System.Text.RegularExpressions;
using NUnit.Framework;
using Reproduce.Reporting;
using Reproduce.Runner.Catalogue;
using ScottPlot;

namespace Reproduce.Tests.Reporting;

/// <summary>Contenders are shown by what they are, whatever they are called.</summary>
[Category("Fast")]
public sealed class ContenderStylesTests
{
    [Test]
    public void AFreeNameIsShownAsItsKind()
    {
        ContenderStyles styles = ReportStyles.Of([new Contender("spline-flow", "nsf", ""), new Contender("my_cmpe", "cmpe", "mlp")]);

        Assert.Multiple(() =>
        {
            Assert.That(styles.Setting("spline-flow", 1), Is.EqualTo("NSF"), "a flow has no steps");
            Assert.That(styles.Setting("my_cmpe", 10), Is.EqualTo("CMPE, 10 steps"));
            Assert.That(styles.Setting("my_cmpe", 1), Is.EqualTo("CMPE, 1 step"));
            Assert.That(styles.Of("my_cmpe").Method, Is.SameAs(styles.Of("cmpe").Method), "and has its colour");
        });
    }

    [Test]
    public void ALabelOfTheExperimentIsTaken() =>
        Assert.That(ReportStyles.Of([new Contender("my_cmpe", "cmpe", "mlp", "Ours")]).Of("my_cmpe").Label, Is.EqualTo("Ours"));

    /// <summary>What a name looks like says nothing: the kind does.</summary>
    [Test]
    public void ANameOfAnotherKindMisleadsNobody()
    {
        ContenderStyles styles = ReportStyles.Of([new Contender("acf-10", "cmpe", "mlp"), new Contender("cmpe-unet", "acf", "")]);

        Assert.Multiple(() =>
        {
            Assert.That((styles.Setting("acf-10", 10), styles.Setting("cmpe-unet", 1)), Is.EqualTo(("CMPE, 10 steps", "ACF")));
            Assert.That((styles.Of("acf-10").HasSteps, styles.Of("cmpe-unet").HasSteps), Is.EqualTo((true, false)));
            Assert.That(
                PublishedResultsTests.Published.All("gmm", styles.Of("acf-10"), new Setting("acf-10", 1024, 2), "c2st").Single().Value,
                Is.EqualTo(0.678)
            );
        });
    }

    [Test]
    public void OneLabelForTwoIsToldApartByTheirNames()
    {
        ContenderStyles styles = ReportStyles.Of([
            new Contender("a", "cmpe", "", "Ours"),
            new Contender("b", "nsf", "", "Ours"),
            new Contender("c", "acf", "", "CMPE"),
        ]);

        Assert.That(new[] { "a", "b", "c" }.Select(name => styles.Of(name).Label), Is.EqualTo(new[] { "Ours (a)", "Ours (b)", "CMPE" }));
    }

    [Test]
    public void SeveralOfAKindAreToldApart()
    {
        ContenderStyles networks = ReportStyles.Of([new Contender("a", "cmpe", "naive"), new Contender("b", "cmpe", "u-net")]);
        ContenderStyles same = ReportStyles.Of([new Contender("cmpe", "cmpe", "mlp"), new Contender("cmpe-shared-mask", "cmpe", "mlp")]);

        Assert.Multiple(() =>
        {
            Assert.That((networks.Of("a").Label, networks.Of("b").Label), Is.EqualTo(("CMPE naive", "CMPE U-Net")));
            Assert.That((same.Of("cmpe").Label, same.Of("cmpe-shared-mask").Label), Is.EqualTo(("CMPE", "CMPE (cmpe-shared-mask)")));
            Assert.That((same.Of("cmpe").Sibling, same.Of("cmpe-shared-mask").Sibling), Is.EqualTo((0, 1)));
        });
    }

    [Test]
    public void SeveralOfAKindHaveTheirOwnShadesPointsAndLines()
    {
        ContenderStyles styles = ReportStyles.Of(from name in new[] { "a", "b", "c" } select new Contender(name, "cmpe", ""));
        ContenderStyle[] all = [.. new[] { "a", "b", "c" }.Select(styles.Of)];

        Assert.Multiple(() =>
        {
            Assert.That(all.Select(FigureStyle.ColorOf), Is.Unique);
            Assert.That(FigureStyle.ColorOf(all[0]), Is.EqualTo(FigureStyle.ColorOf(styles.OfKind("cmpe"))));
            Assert.That(
                all.Select(FigureStyle.MarkerOf),
                Is.EqualTo(new[] { MarkerShape.FilledCircle, MarkerShape.OpenCircle, MarkerShape.FilledCircle })
            );
            Assert.That(all.Select(FigureStyle.PatternOf), Is.EqualTo(new[] { LinePattern.Solid, FigureStyle.DashDot, LinePattern.Solid }));
        });
    }

    /// <summary>The second of a kind is drawn in another shade of its colour.</summary>
    [Test]
    public void AFigureDrawsTheShadesAndExplainsThem()
    {
        ContenderStyles styles = ReportStyles.Of([new Contender("one", "cmpe", ""), new Contender("two", "cmpe", "")]);
        string svg = Draw(["one", "two"]);

        Assert.Multiple(() =>
        {
            Assert.That(svg, Does.Contain("#D55E00"), "the kind's colour");
            Assert.That(svg, Does.Contain("CMPE (one)").And.Contain("CMPE (two)"));
            Assert.That(Colours(svg).Except(Colours(Draw(["one"]))), Is.Not.Empty, "and a shade of it");
        });

        string Draw(string[] contenders)
        {
            MeasurementTable table = new(
                from contender in contenders
                from steps in new[] { 1, 10 }
                select SyntheticResults.Row("gmm", 1024, contender, steps, "c2st", 0.6, 0) with { Method = "cmpe" });
            QualityPanel panel = new() { Experiment = "gmm", Budget = 1024, Styles = styles };
            return QualityFigures.AgainstSteps(table, PublishedResults.None, [panel]).ToSvg();
        }

        static string[] Colours(string svg) => [.. Regex.Matches(svg, "#[0-9A-Fa-f]{6}").Select(m => m.Value).Distinct()];
    }

    [Test]
    public void OrderGoesByBudgetKindAndPlaceInTheExperiment()
    {
        ContenderStyles styles = ReportStyles.Of([
            new Contender("z", "cmpe", ""),
            new Contender("a", "cmpe", ""),
            new Contender("m", "acf", ""),
        ]);
        Setting[] settings = [new("a", 2, 1), new("z", 2, 5), new("reference", 2, 1), new("z", 2, 1), new("m", 2, 1), new("a", 1, 1)];

        Assert.That(
            styles.InOrder(settings).Select(s => $"{s.Contender}{s.Budget}{s.Steps}"),
            Is.EqualTo(new[] { "a11", "m21", "z21", "z25", "a21", "reference21" }));
    }

    [Test]
    public void OnePaperCurveStandsForTheContendersOfAKind()
    {
        ContenderStyles styles = ReportStyles.Of([new Contender("one", "cmpe", ""), new Contender("two", "cmpe", "")]);
        ContenderStyle other = ReportStyles.Of([]).Of("nothing");

        Assert.Multiple(() =>
        {
            Assert.That(PublishedResultsTests.Published.OverSteps("gmm", 1024, styles.Of("two"), "c2st")[0], Has.Count.EqualTo(10));
            Assert.That(PublishedResultsTests.Published.OverSteps("gmm", 1024, other, "c2st"), Is.Empty);
            Assert.That(other.Setting(3), Is.EqualTo("nothing, 3 steps"));
        });
    }
}
