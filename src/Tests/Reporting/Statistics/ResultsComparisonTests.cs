using NUnit.Framework;
using Reproduce.Reporting;

namespace Reproduce.Tests.Reporting.Statistics;

/// <summary>Two results side by side, against the textbook's paired and Welch's interval.</summary>
public sealed class ResultsComparisonTests
{
    private static readonly double[] s_first = [0.60, 0.70, 0.65, 0.75, 0.62], s_second = [0.63, 0.72, 0.69, 0.76, 0.68];

    [Test]
    public void OnTheSameTestSetsTheDifferenceIsTakenTestSetByTestSet()
    {
        ContrastEstimate difference = Compare(s_first, s_second, isPaired: true).Quantities.Single().Difference;

        double[] each = [.. s_second.Zip(s_first, (b, a) => b - a)];
        double mean = each.Average(), error = Math.Sqrt(each.Sum(d => (d - mean) * (d - mean)) / 4 / 5);
        Assert.That(difference.Value, Is.EqualTo(mean).Within(1e-12));
        Assert.That(difference.StandardError!.Value, Is.EqualTo(error).Within(1e-12));
        Assert.That(difference.HalfWidth(), Is.EqualTo(2.776445 * error).Within(1e-6), "4 degrees of freedom, from a printed table");
    }

    [Test]
    public void OtherwiseItIsWelchs()
    {
        ContrastEstimate difference = Compare(s_first, s_second[..4], isPaired: false).Quantities.Single().Difference;

        double a = Square(s_first), b = Square(s_second[..4]);
        Assert.That(difference.Value, Is.EqualTo(s_second[..4].Average() - s_first.Average()).Within(1e-12));
        Assert.That(difference.StandardError!.Value, Is.EqualTo(Math.Sqrt(a + b)).Within(1e-12));
        Assert.That(difference.DegreesOfFreedom, Is.EqualTo((a + b) * (a + b) / ((a * a / 4) + (b * b / 3))).Within(1e-9));

        static double Square(double[] values)
        {
            double mean = values.Average();
            return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length;
        }
    }

    [TestCase("c2st", 0.1, "worse")]
    [TestCase("c2st", -0.1, "better")]
    [TestCase("mmd2_unbiased", 0.1, "higher")]
    [TestCase("c2st", 0, "equal")]
    public void TheVerdictSaysWhatTheMetricCallsBetter(string metric, double shift, string expected)
    {
        double[] second = [.. s_first.Select((v, j) => v + shift + (shift == 0 ? 0 : 0.001 * j))];

        Assert.That(Compare(s_first, second, isPaired: true, metric).Quantities.Single().Verdict, Is.EqualTo(expected));
    }

    [Test]
    public void ADifferenceWithinItsIntervalIsUndecided()
    {
        ComparedQuantity quantity = Compare(s_first, [.. s_first.Select((v, j) => v + (j % 2 == 0 ? 0.01 : -0.01))], isPaired: true)
            .Quantities.Single();

        Assert.That((quantity.IsCertain, quantity.Verdict), Is.EqualTo((false, "undecided")));
    }

    [Test]
    public void WhatOnlyOneHasIsNamed()
    {
        Measurement[] first = Rows(s_first, "cmpe", 2, "c2st"), second = [.. first, .. Rows(s_second, "cmpe", 5, "c2st")];

        ResultsComparison comparison = new(Results("a", first), Results("b", second), isPaired: true, SyntheticResults.Styles);

        Assert.That(comparison.OnlyFirst, Is.Empty);
        Assert.That(comparison.OnlySecond, Is.EqualTo(new[] { new Setting("cmpe", 1024, 5) }));
        Assert.That(comparison.Quantities.Single().Setting.Steps, Is.EqualTo(2));
    }

    [Test]
    public void ThePagesHaveSettingsDifferencesAndBothContenders()
    {
        ComparisonPage page = new(
            Compare(s_first, s_second, isPaired: true), [("seed", "1", "2")], [("commit", "abc", "def")],
            Reproduce.Runner.Catalogue.ReportStyles.Of);
        string text = page.Markdown();

        Assert.That(text, Does.Match(@"\| seed +\| 1 +\| 2 +\|").And.Match(@"\| commit +\| abc +\| def +\|"));
        Assert.That(text, Does.Match(
            @"\| CMPE, 2 steps +\| +1024 \| +0\.664 ± 0\.076 \| +0\.696 ± 0\.060 \| 0\.032 ± 0\.024 \| \*\*worse\*\* +\|"));
        Assert.That(page.Summary(), Does.Contain("C2ST: 1 in both, B is 1 worse"));
        Assert.That(page.Html().Compose(), Does.Contain("\"label\":\"CMPE, A\"").And.Contain("\"label\":\"CMPE, B\""));
    }

    private static ResultsComparison Compare(double[] first, double[] second, bool isPaired, string metric = "c2st") => new(
        Results("a", Rows(first, "cmpe", 2, metric)), Results("b", Rows(second, "cmpe", 2, metric)), isPaired, SyntheticResults.Styles);

    private static ComparedResults Results(string name, Measurement[] rows) => new(name, new MeasurementTable(rows));

    private static Measurement[] Rows(double[] values, string contender, int steps, string metric) =>
        [.. values.Select((v, j) => SyntheticResults.Row("gmm", 1024, contender, steps, metric, v, j))];
}
